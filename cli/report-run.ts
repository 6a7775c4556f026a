// What follows a run of the suite, of servers and clients alike: progress while it goes on, then report files, console report, exit code.
import { readFile } from 'node:fs/promises';
import { listRules } from '../conformance/list-rules.ts';
import { consoleReport } from '../conformance/report/console.ts';
import { type Proof, readProof } from '../conformance/report/coverage.ts';
import { createProgress, type Progress } from '../conformance/report/progress.ts';
import { buildReport } from '../conformance/report/report-json.ts';
import { writeReports } from '../conformance/report/write.ts';
import type { RunResult } from '../conformance/result.ts';
import type { RunEvent } from '../conformance/run-options.ts';
import { judge } from '../conformance/verdict/exit-code.ts';
import type { KnownList } from '../conformance/verdict/known.ts';
import { checkKnown } from '../conformance/verdict/known-check.ts';
import type { Contract } from '../scripts/model.ts';
import type { Io } from './io.ts';

/** Progress on standard error. */
export function progressEvents(): { onEvent(event: RunEvent): void; end(): void } {
  let progress: Progress | null = null;
  return {
    onEvent(event) {
      if (event.kind === 'start') {
        progress = createProgress({ stream: process.stderr, env: process.env, total: event.total });
      } else progress?.caseDone(event.result);
    },
    end: () => progress?.end(),
  };
}

export interface Reporting {
  readonly strict: boolean;
  /** Folder of the reports. */
  readonly folder: string;
  /** Path of the document, for links in the report. */
  readonly document: string;
  /** Secrets that must not show. */
  readonly tokens?: readonly string[];
}

/** What the suite's own proof says of its rules; nothing where it is not there. */
async function bundledProof(): Promise<Proof> {
  const text = await readFile(new URL('../conformance/proof.json', import.meta.url), 'utf8').catch(() => 'null');
  return readProof(JSON.parse(text));
}

/** Writes and prints the reports; the exit code. */
export async function reportRun(
  result: RunResult,
  list: KnownList,
  reporting: Reporting,
  contract: Contract,
  io: Io,
): Promise<number> {
  const { strict, folder, tokens = [] } = reporting;
  const rows = listRules(contract);
  const names = rows.flatMap((row) => [row.id, ...row.instances.map((instance) => instance.id)]);
  const known = checkKnown(list, result.cases, { today: new Date().toISOString().slice(0, 10), names });
  const report = buildReport(result, { known, strict, tokens, proof: await bundledProof() });
  await writeReports(report, folder, { documentPath: reporting.document });
  const width = process.stdout.columns ?? 100;
  for (const line of consoleReport(report, { colour: io.color, width, reportPath: folder })) io.print(line);
  return judge(result, known, { strict }).exitCode;
}
