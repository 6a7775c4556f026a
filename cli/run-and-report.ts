// Runs the server suite for a command: progress, console report, report files, exit code.
import { readFile } from 'node:fs/promises';
import { listRules } from '../conformance/list-rules.ts';
import { consoleReport } from '../conformance/report/console.ts';
import { createProgress, type Progress } from '../conformance/report/progress.ts';
import { buildReport } from '../conformance/report/report-json.ts';
import { writeReports } from '../conformance/report/write.ts';
import type { RunResult } from '../conformance/result.ts';
import { runServerConformance } from '../conformance/run.ts';
import { readTarget } from '../conformance/target/read-target.ts';
import { type Target, TargetError } from '../conformance/target/target.ts';
import { judge } from '../conformance/verdict/exit-code.ts';
import { emptyKnownList, KnownListError, parseKnown } from '../conformance/verdict/known.ts';
import { checkKnown } from '../conformance/verdict/known-check.ts';
import { ContractError } from '../scripts/errors.ts';
import type { Contract } from '../scripts/model.ts';
import { parseContract } from '../scripts/parse/load.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
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
  const list = run.known === undefined ? emptyKnownList : parseKnown(await readFile(run.known, 'utf8'), run.known);
  let progress: Progress | null = null;
  const result: RunResult = await runServerConformance(run.contract, run.target, {
    ...(run.channels === undefined ? {} : { channels: run.channels }),
    ...(run.rules === undefined ? {} : { rules: run.rules }),
    ...(run.timeScale === undefined ? {} : { timeScale: run.timeScale }),
    command: run.command,
    onEvent(event) {
      if (event.kind === 'start') {
        progress = createProgress({ stream: process.stderr, env: process.env, total: event.total });
      } else progress?.caseDone(event.result);
    },
  });
  (progress as Progress | null)?.end();
  const rows = listRules(run.contract);
  const names = rows.flatMap((row) => [row.id, ...row.instances.map((instance) => instance.id)]);
  const known = checkKnown(list, result.cases, { today: new Date().toISOString().slice(0, 10), names });
  const tokens = [run.target.tokens?.secret, ...run.target.users.map((user) => user.token)].filter(
    (token) => token !== undefined,
  );
  const report = buildReport(result, { known, strict: run.strict, tokens });
  await writeReports(report, run.folder, { documentPath: run.document });
  const lines = consoleReport(report, {
    colour: io.color,
    width: process.stdout.columns ?? 100,
    reportPath: run.folder,
  });
  for (const line of lines) io.print(line);
  return judge(result, known, { strict: run.strict }).exitCode;
}

export async function runFromFiles(options: TestServerOptions, io: Io): Promise<number> {
  try {
    const contract = parseContract(options.contract);
    const unknown = options.channel?.find((name) => !contract.channels.some((channel) => channel.name === name));
    if (unknown !== undefined) {
      const names = contract.channels.map((channel) => channel.name).join(', ');
      throw new TargetError(`The contract has no channel "${unknown}". It has: ${names}.`);
    }
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
      command: `wirepact test server --target ${options.target}`,
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
