// Several reports as one: the sum of their verdicts, and every case with its role and what was judged.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderNames, mergedHtml, mergedJunit, mergedMarkdown } from '../conformance/report/merge.ts';
import type { Report, ReportCase } from '../conformance/report/report-json.ts';
import { writeReports } from '../conformance/report/write.ts';
import { type Verdict, verdicts } from '../conformance/result.ts';

/** By order of precedence, as for one run. */
const precedence = [4, 5, 1, 2, 3, 0];

export interface MergedReport {
  readonly schemaVersion: 1;
  readonly contract: Report['contract'] | null;
  readonly exitCode: number;
  readonly summary: Readonly<Record<Verdict, number>>;
  /** What was judged, in order; `folder` holds its own reports. */
  readonly parts: readonly (Pick<Report, 'role' | 'target' | 'exitCode' | 'headline' | 'because' | 'summary'> & {
    readonly folder: string;
  })[];
  readonly cases: readonly (ReportCase & { readonly target: string })[];
}

export function worstExitCode(codes: readonly number[]): number {
  return precedence.find((code) => codes.includes(code)) ?? 5;
}

export function merge(reports: readonly { readonly folder: string; readonly report: Report }[]): MergedReport {
  const sum = (verdict: Verdict) => reports.reduce((total, { report }) => total + (report.summary[verdict] ?? 0), 0);
  return {
    schemaVersion: 1,
    contract: reports[0]?.report.contract ?? null,
    exitCode: worstExitCode(reports.map(({ report }) => report.exitCode)),
    summary: Object.fromEntries(verdicts.map((verdict) => [verdict, sum(verdict)])) as Record<Verdict, number>,
    parts: reports.map(({ folder, report: { role, target, exitCode, headline, because, summary } }) => {
      return { folder, role, target, exitCode, headline, because, summary };
    }),
    cases: reports.flatMap(({ report }) => report.cases.map((one) => ({ ...one, target: report.target.name }))),
  };
}

/** Writes `report.json` of the reports in the folders below; those that a run did not get to write are left out. */
export async function mergeReports(folder: string, names: readonly string[]): Promise<void> {
  const reports: { folder: string; report: Report }[] = [];
  for (const name of names) {
    const text = await readFile(join(folder, name, 'report.json'), 'utf8').catch(() => null);
    if (text !== null) reports.push({ folder: name, report: JSON.parse(text) as Report });
  }
  if (reports.length === 0) return;
  await writeFile(join(folder, 'report.json'), `${JSON.stringify(merge(reports), null, 2)}\n`);
}

/** Writes every form of a merged report, and the single ones into folders below, so that the page can lead to them. */
export async function writeMerged(reports: readonly Report[], out: string): Promise<MergedReport> {
  const names = folderNames(reports);
  const named = reports.map((report, index) => ({ folder: names[index] ?? '', report }));
  for (const { folder, report } of named) await writeReports(report, join(out, folder));
  const merged = merge(named);
  await Promise.all([
    writeFile(join(out, 'report.json'), `${JSON.stringify(merged, null, 2)}\n`),
    writeFile(join(out, 'junit.xml'), mergedJunit(named)),
    writeFile(join(out, 'summary.md'), mergedMarkdown(named)),
    writeFile(join(out, 'index.html'), mergedHtml(named)),
  ]);
  return merged;
}
