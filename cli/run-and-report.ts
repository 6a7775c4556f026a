// Runs the server suite for a command: progress, console report, report files, exit code.
import type { RunResult } from '../conformance/result.ts';
import { runServerConformance } from '../conformance/run.ts';
import { readTarget } from '../conformance/target/read-target.ts';
import { type Target, TargetError } from '../conformance/target/target.ts';
import { KnownListError } from '../conformance/verdict/known.ts';
import { ContractError } from '../scripts/errors.ts';
import type { Contract } from '../scripts/model.ts';
import { parseContract } from '../scripts/parse/load.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import { readKnown } from './known-file.ts';
import { defaultDocument, quoted } from './repeat-command.ts';
import { progressEvents, reportRun } from './report-run.ts';
import type { TestServerOptions } from './test.ts';

interface ReportedRun {
  readonly contract: Contract;
  /** Path of the document, for links in the report. */
  readonly document: string;
  readonly target: Target;
  readonly channels?: readonly string[];
  readonly rules?: readonly string[];
  readonly timeScale?: number;
  readonly known?: string;
  readonly strict: boolean;
  /** Folder of the reports. */
  readonly folder: string;
  readonly command: string;
}

/** The exit code. Progress goes to standard error. */
async function runAndReport(run: ReportedRun, io: Io): Promise<number> {
  const list = await readKnown(run.known);
  const progress = progressEvents();
  const result: RunResult = await runServerConformance(run.contract, run.target, {
    ...(run.channels === undefined ? {} : { channels: run.channels }),
    ...(run.rules === undefined ? {} : { rules: run.rules }),
    ...(run.timeScale === undefined ? {} : { timeScale: run.timeScale }),
    command: run.command,
    onEvent: progress.onEvent,
  });
  progress.end();
  const { strict, folder, document, target } = run;
  const tokens = [target.tokens?.secret, ...target.users.map((user) => user.token)].filter(
    (token) => token !== undefined,
  );
  return await reportRun(result, list, { strict, folder, document, tokens }, run.contract, io);
}

/** Throws where the contract lacks one of the channels that are asked for. */
export function checkChannels(contract: Contract, names: readonly string[] = []): void {
  const unknown = names.find((name) => !contract.channels.some((channel) => channel.name === name));
  if (unknown === undefined) return;
  const known = contract.channels.map((channel) => channel.name).join(', ');
  throw new TargetError(`The contract has no channel "${unknown}". It has: ${known}.`);
}

/** What repeats the run, whatever is selected of it: everything but rules and channels that decides what happens. */
export function serverCommand({ target, contract, timeScale, strict }: TestServerOptions): string {
  return [
    `wirepact test server --target ${quoted(target)}`,
    ...(contract === defaultDocument ? [] : [`--contract ${quoted(contract)}`]),
    ...(timeScale === undefined ? [] : [`--time-scale ${timeScale}`]),
    ...(strict === true ? ['--strict'] : []),
  ].join(' ');
}

export async function runFromFiles(options: TestServerOptions, io: Io): Promise<number> {
  try {
    const contract = parseContract(options.contract);
    checkChannels(contract, options.channel);
    const target = await readTarget(options.target);
    const known = options.known ?? target.known;
    const run: ReportedRun = {
      contract,
      document: options.contract,
      target,
      ...(options.channel === undefined ? {} : { channels: options.channel }),
      ...(options.rule === undefined ? {} : { rules: options.rule }),
      ...(options.timeScale === undefined ? {} : { timeScale: options.timeScale }),
      ...(known === undefined ? {} : { known }),
      strict: options.strict ?? false,
      folder: options.report,
      command: serverCommand(options),
    };
    return await runAndReport(run, io);
  } catch (error) {
    const isConfiguration =
      error instanceof TargetError || error instanceof ContractError || error instanceof KnownListError;
    if (!isConfiguration) throw error;
    io.warn(error.message);
    return exitCodes.usage;
  }
}
