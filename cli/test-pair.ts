// `wirepact test pair`: a real client against a real server, with a fault proxy between them.
import type { Command } from 'commander';
import type { CommandContext } from './commands.ts';
import { UsageError } from './exit-codes.ts';
import type { Io } from './io.ts';
import { collect, positive } from './test.ts';

export interface TestPairOptions {
  readonly target: string;
  readonly adapter: string;
  readonly contract: string;
  readonly channel?: readonly string[];
  readonly rule?: readonly string[];
  readonly seed?: number;
  readonly schedules?: number;
  readonly report: string;
  readonly known?: string;
  readonly strict?: boolean;
  readonly timeScale?: number;
}

const examples = `
Examples:
  wirepact test pair --target target.yaml --adapter "node adapter.js"
  wirepact test pair --target target.yaml --adapter "node adapter.js" --schedules 200
  wirepact test pair --target target.yaml --adapter "node adapter.js" --channel chat --seed 17    that schedule again`;

export function addTestPair(program: Command, { io, exit }: CommandContext): void {
  const test = program.commands.find((command) => command.name() === 'test') ?? program.command('test');
  test
    .command('pair')
    .description('run a client against a server over a line with faults')
    .requiredOption('--target <file or url>', 'a ws:// or wss:// address, or a target file')
    .requiredOption('--adapter <command>', 'starts the adapter: JSON Lines on its standard input and output')
    .option('--contract <file>', 'the AsyncAPI document', 'asyncapi.yaml')
    .option('--channel <name>', 'only this channel (may be repeated)', collect)
    .option('--rule <glob>', 'only these rules or instances: "resync/*" (may be repeated)', collect)
    .option('--seed <number>', 'the first schedule; alone: that one and no other (default: 1)', whole)
    .option('--schedules <number>', 'how many schedules each channel gets (default: 20)', whole)
    .option('--report <dir>', 'folder of the reports', 'reports')
    .option('--known <file>', 'list of known failures')
    .option('--strict', 'a broken SHOULD counts like a MUST')
    .option('--time-scale <number>', 'what server and client multiply every duration of the contract by', positive)
    .addHelpText('after', examples)
    .action(async (options: TestPairOptions) => {
      exit(await testPair(options, io));
    });
}

/** The exit code; a mistake in the document, the target file, the adapter or the known list is 4, told in a sentence. */
export async function testPair(options: TestPairOptions, io: Io): Promise<number> {
  const { runPairFromFiles } = await import('./run-pair.ts');
  return await runPairFromFiles(options, io);
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new UsageError(`"${text}" is no whole number above 0.`);
  return value;
}
