// Writes several reports as one: report.json in the shape of every report, JUnit XML, a summary and a page that leads to each.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderNames, mergedHtml, mergedJunit, mergedMarkdown, type NamedReport } from '../conformance/report/merge.ts';
import { type MergedReport, type MergeOptions, mergeReports } from '../conformance/report/merged-report.ts';
import type { Report } from '../conformance/report/report-json.ts';
import { writeReports } from '../conformance/report/write.ts';

/** What a run ended with, and the folder below the common one that it was given. */
export interface EndedRun {
  readonly folder: string;
  readonly exitCode: number;
}

/** Merges what runs have written into the folders below; null where none has written anything. */
export async function mergeFolders(out: string, runs: readonly EndedRun[]): Promise<MergedReport | null> {
  const named: NamedReport[] = [];
  const missing: EndedRun[] = [];
  for (const run of runs) {
    const text = await readFile(join(out, run.folder, 'report.json'), 'utf8').catch(() => null);
    if (text === null) missing.push(run);
    else named.push({ folder: run.folder, report: JSON.parse(text) as Report });
  }
  return named.length === 0 ? null : await writeForms(named, out, { missing });
}

/** The single reports too, into folders below, so that the page can lead to them. */
export async function writeMerged(reports: readonly Report[], out: string): Promise<MergedReport> {
  const names = folderNames(reports);
  const named = reports.map((report, index) => ({ folder: names[index] ?? '', report }));
  for (const { folder, report } of named) await writeReports(report, join(out, folder));
  return await writeForms(named, out);
}

async function writeForms(named: readonly NamedReport[], out: string, options?: MergeOptions): Promise<MergedReport> {
  const merged = mergeReports(named, options);
  await mkdir(out, { recursive: true });
  await Promise.all([
    writeFile(join(out, 'report.json'), `${JSON.stringify(merged, null, 2)}\n`),
    writeFile(join(out, 'junit.xml'), mergedJunit(named)),
    writeFile(join(out, 'summary.md'), mergedMarkdown(named)),
    writeFile(join(out, 'index.html'), mergedHtml(named)),
  ]);
  return merged;
}
