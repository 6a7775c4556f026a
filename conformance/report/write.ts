// Writes every form of a report into a folder, for programs, for a CI and for people.
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { htmlReport } from './html.ts';
import { junitReport } from './junit.ts';
import { markdownReport } from './markdown.ts';
import { formatReport, type Report } from './report-json.ts';

export interface WriteOptions {
  /** Path of the document, so that the page can link to its lines, and to the rules on the protocol's page where
   * that was generated beside it. @default the document's name, beside the page */
  readonly documentPath?: string;
}

export interface WrittenReports {
  readonly json: string;
  readonly junit: string;
  readonly markdown: string;
  readonly html: string;
}

/** Makes the folder where it is missing and replaces the reports in it. Throws what the file system throws. */
export async function writeReports(
  report: Report,
  folder: string,
  options: WriteOptions = {},
): Promise<WrittenReports> {
  await mkdir(folder, { recursive: true });
  const paths = {
    json: join(folder, 'report.json'),
    junit: join(folder, 'junit.xml'),
    markdown: join(folder, 'summary.md'),
    html: join(folder, 'index.html'),
  };
  const hrefOf = (path: string): string => relative(folder, path).split(sep).join('/');
  const { documentPath } = options;
  const documentHref = documentPath === undefined ? undefined : hrefOf(documentPath);
  const docs = documentPath === undefined ? undefined : join(dirname(documentPath), 'generated/docs/index.html');
  const links = {
    ...(documentHref !== undefined && { documentHref }),
    ...(docs !== undefined && existsSync(docs) && { docsHref: hrefOf(docs) }),
  };
  await Promise.all([
    writeFile(paths.json, formatReport(report)),
    writeFile(paths.junit, junitReport(report)),
    writeFile(paths.markdown, markdownReport(report)),
    writeFile(paths.html, htmlReport(report, links)),
  ]);
  return paths;
}
