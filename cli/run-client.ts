// Runs the client suite for a command: the adapter is started, or waited for, and what follows is reported.
import { type Control, openControl } from '../conformance/adapter/control.ts';
import { AdapterError } from '../conformance/adapter/protocol.ts';
import { runClientConformance } from '../conformance/client/run.ts';
import { TargetError } from '../conformance/target/target.ts';
import { KnownListError } from '../conformance/verdict/known.ts';
import { ContractError } from '../scripts/errors.ts';
import { parseContract } from '../scripts/parse/load.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import { readKnown } from './known-file.ts';
import { defaultDocument, defaultTimeScale, quoted } from './repeat-command.ts';
import { progressEvents, reportRun } from './report-run.ts';
import { checkChannels } from './run-and-report.ts';
import type { TestClientOptions } from './test-client.ts';

/** How long a page may take to connect, ms. */
const pageWithinMs = 60_000;

/** What repeats the run, whatever is selected of it. */
export function clientCommand({ adapter, controlPort = 0, contract, timeScale, strict }: TestClientOptions): string {
  return [
    'wirepact test client',
    adapter === undefined ? `--control-port ${controlPort}` : `--adapter ${quoted([adapter].flat().join(' '))}`,
    ...(contract === defaultDocument ? [] : [`--contract ${quoted(contract)}`]),
    ...(timeScale === defaultTimeScale ? [] : [`--time-scale ${timeScale}`]),
    ...(strict === true ? ['--strict'] : []),
  ].join(' ');
}

export async function runClientFromFiles(options: TestClientOptions, io: Io): Promise<number> {
  let control: Control | null = null;
  try {
    const contract = parseContract(options.contract);
    checkChannels(contract, options.channel);
    const known = await readKnown(options.known);
    const { adapter, controlPort = 0, report, contract: document, strict = false } = options;
    if (adapter === undefined) {
      control = await openControl(controlPort);
      io.warn(`Waiting for an adapter on ${control.url}`);
    }
    const target = adapter ?? (await control!.connected(pageWithinMs));
    const progress = progressEvents();
    const result = await runClientConformance(contract, target, {
      ...(options.channel === undefined ? {} : { channels: options.channel }),
      ...(options.rule === undefined ? {} : { rules: options.rule }),
      timeScale: options.timeScale,
      command: clientCommand(options),
      onEvent: progress.onEvent,
    });
    progress.end();
    return await reportRun(result, known, { strict, folder: report, document }, contract, io);
  } catch (error) {
    const isConfiguration =
      error instanceof AdapterError ||
      error instanceof TargetError ||
      error instanceof ContractError ||
      error instanceof KnownListError;
    if (!isConfiguration) throw error;
    io.warn(error.message);
    return exitCodes.usage;
  } finally {
    await control?.close();
  }
}
