// Runs the server suite for a command: progress, console report, report files, exit code.
import { readFile } from 'node:fs/promises';
import { listRules } from '../conformance/list-rules.ts';
import { consoleReport } from '../conformance/report/console.ts';
import { isColourWanted } from '../conformance/report/paint.ts';
import { createProgress, type Progress } from '../conformance/report/progress.ts';
import { buildReport } from '../conformance/report/report-json.ts';
import { writeReports } from '../conformance/report/write.ts';
import type { RunResult } from '../conformance/result.ts';
import { runServerConformance } from '../conformance/run.ts';
import type { Target } from '../conformance/target/target.ts';
import { judge } from '../conformance/verdict/exit-code.ts';
import { emptyKnownList, parseKnown } from '../conformance/verdict/known.ts';
import { checkKnown } from '../conformance/verdict/known-check.ts';
import type { Contract } from '../scripts/model.ts';

export interface ReportedRun {
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

/** The exit code. Writes to standard output (report) and standard error (progress). */
export async function runAndReport(run: ReportedRun): Promise<number> {
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
    colour: isColourWanted(process.stdout, process.env),
    width: process.stdout.columns ?? 100,
    reportPath: run.folder,
  });
  process.stdout.write(`${lines.join('\n')}\n`);
  return judge(result, known, { strict: run.strict }).exitCode;
}
