// Runs the pair suite for a command: client and server are started, schedules played between them, and what follows is reported.
import { AdapterError } from '../conformance/adapter/protocol.ts';
import { runPairConformance } from '../conformance/pair/run.ts';
import { readTarget } from '../conformance/target/read-target.ts';
import { TargetError } from '../conformance/target/target.ts';
import { KnownListError } from '../conformance/verdict/known.ts';
import { ContractError } from '../scripts/errors.ts';
import { parseContract } from '../scripts/parse/load.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import { readKnown } from './known-file.ts';
import { progressEvents, reportRun } from './report-run.ts';
import { checkChannels } from './run-and-report.ts';
import type { TestPairOptions } from './test-pair.ts';

export async function runPairFromFiles(options: TestPairOptions, io: Io): Promise<number> {
  try {
    const { adapter, seed, report, contract: document, strict = false } = options;
    const contract = parseContract(document);
    checkChannels(contract, options.channel);
    const target = await readTarget(options.target);
    const known = await readKnown(options.known ?? target.known);
    const progress = progressEvents();
    const result = await runPairConformance(contract, target, adapter, {
      ...(options.channel === undefined ? {} : { channels: options.channel }),
      ...(options.rule === undefined ? {} : { rules: options.rule }),
      ...(options.timeScale === undefined ? {} : { timeScale: options.timeScale }),
      seed: seed ?? 1,
      schedules: options.schedules ?? (seed === undefined ? 20 : 1),
      command: commandOf(options),
      onEvent: progress.onEvent,
    });
    progress.end();
    const tokens = [target.tokens?.secret, ...target.users.map(({ token }) => token)].filter(
      (token) => token !== undefined,
    );
    for (const note of result.notes) io.warn(note);
    return await reportRun(result, known, { strict, folder: report, document, tokens }, contract, io);
  } catch (error) {
    const isConfiguration =
      error instanceof AdapterError ||
      error instanceof TargetError ||
      error instanceof ContractError ||
      error instanceof KnownListError;
    if (!isConfiguration) throw error;
    io.warn(error.message);
    return exitCodes.usage;
  }
}

/** What repeats the run, but for seeds and filters. */
function commandOf({ target, adapter, contract, timeScale }: TestPairOptions): string {
  const more = [
    ...(contract === 'asyncapi.yaml' ? [] : [`--contract ${contract}`]),
    ...(timeScale === undefined ? [] : [`--time-scale ${timeScale}`]),
  ];
  return [`wirepact test pair --target ${target} --adapter '${adapter}'`, ...more].join(' ');
}
