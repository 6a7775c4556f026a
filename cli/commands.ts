// The commands, in the order of the help. A command loads what it needs only when it runs.
import type { Command } from 'commander';
import { addConformance } from './conformance.ts';
import { addDiff } from './diff.ts';
import { addExplain } from './explain.ts';
import { addGenerate } from './generate.ts';
import { addInit } from './init.ts';
import type { Io } from './io.ts';
import { addLint } from './lint.ts';
import { addReport } from './report.ts';
import { addRules } from './rules.ts';
import { addServe } from './serve.ts';
import { addTest } from './test.ts';
import { addTestClient } from './test-client.ts';
import { addTestPair } from './test-pair.ts';

export interface CommandContext {
  readonly io: Io;
  /** Sets the exit code; the last call counts. @default 0 */
  readonly exit: (code: number) => void;
}

/** Adds a command, with options, help and examples, to the program. */
export type AddCommand = (program: Command, context: CommandContext) => void;

export const commands: readonly AddCommand[] = [
  addInit,
  addGenerate,
  addLint,
  addRules,
  addServe,
  addTest,
  addTestClient,
  addTestPair,
  addConformance,
  addDiff,
  addExplain,
  addReport,
];
