// Several reports on one page: which rule holds for which implementation, with a link to the report of each.
import { escapeHtml, escapeMarkdown, markdownCode } from './escape.ts';
import { stateOf, stateWord, worstOf } from './html-state.ts';
import { pageStyle } from './html-style.ts';
import { junitReport } from './junit.ts';
import type { Report } from './report-json.ts';

/** A report and the folder below the common one that holds its page. */
export interface NamedReport {
  readonly folder: string;
  readonly report: Report;
}

interface Row {
  readonly rule: string;
  readonly sentence: string;
  /** In the order of the reports: the worst verdict of its cases, null where it has none. */
  readonly states: readonly ReturnType<typeof worstOf>[];
}

/** Rules in the order in which the reports name them first. */
function rowsOf(reports: readonly NamedReport[]): readonly Row[] {
  const sentences = new Map(
    reports.flatMap(({ report }) => report.cases.map((one) => [one.rule, one.sentence] as const)),
  );
  return [...sentences].map(([rule, sentence]) => ({
    rule,
    sentence,
    states: reports.map(({ report }) => worstOf(report.cases.filter((one) => one.rule === rule).map(stateOf))),
  }));
}

export function mergedMarkdown(reports: readonly NamedReport[]): string {
  const rows = rowsOf(reports).filter(({ states }) =>
    states.some((one) => one !== null && one !== 'pass' && one !== 'not-applicable'),
  );
  const lines = [
    '# Conformance',
    '',
    '| | verdict | cases |',
    '| --- | --- | ---: |',
    ...reports.map(
      ({ folder, report }) =>
        `| [${escapeMarkdown(report.target.name)}](${encodeURI(folder)}/index.html) (${report.role}) | ${report.exitCode === 0 ? '✅' : '❌'} ${escapeMarkdown(report.headline)} | ${report.cases.length} |`,
    ),
    '',
    ...(rows.length === 0
      ? ['Every rule holds everywhere.']
      : [
          `| rule | ${reports.map(({ report }) => escapeMarkdown(report.target.name)).join(' | ')} |`,
          `| --- |${' --- |'.repeat(reports.length)}`,
          ...rows.map(
            ({ rule, states }) =>
              `| ${markdownCode(rule)} | ${states.map((one) => (one === null ? '' : stateWord(one))).join(' | ')} |`,
          ),
        ]),
  ];
  return `${lines.join('\n')}\n`;
}

export function mergedJunit(reports: readonly NamedReport[]): string {
  const suites = reports.flatMap(({ report }) => {
    const lines = junitReport(report).split('\n');
    const name = escapeHtml(`${report.role} ${report.target.name}: `);
    return lines
      .slice(2, lines.lastIndexOf('</testsuites>'))
      .map((line) => line.replace('<testsuite name="', `<testsuite name="${name}`));
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="wirepact">',
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

/** Self-contained but for the links to the pages of the single reports. No script. */
export function mergedHtml(reports: readonly NamedReport[]): string {
  const head = reports
    .map(
      ({ folder, report }) =>
        `<th scope="col"><a href="${escapeHtml(encodeURI(folder))}/index.html">${escapeHtml(report.target.name)}</a></th>`,
    )
    .join('');
  const rows = rowsOf(reports).map(({ rule, sentence, states }) => {
    const cells = states.map((one) =>
      one === null
        ? '<td></td>'
        : `<td><span class="mark ${one}" role="img" aria-label="${stateWord(one)}"></span></td>`,
    );
    return `<tr><th scope="row" title="${escapeHtml(sentence)}">${escapeHtml(rule)}</th>${cells.join('')}</tr>`;
  });
  const verdictRow = reports.map(({ report }) => `<td>${escapeHtml(report.headline)}</td>`).join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Conformance of ${reports.length} implementations</title>
<style>${pageStyle}</style>
</head>
<body>
<header class="${reports.every(({ report }) => report.exitCode === 0) ? 'green' : 'red'}"><h1>Conformance</h1></header>
<main><section id="matrix"><h2>Rules and implementations</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Rules and implementations"><table><thead><tr><th scope="col">Rule</th>${head}</tr></thead>
<tbody><tr><th scope="row">verdict</th>${verdictRow}</tr>${rows.join('\n')}</tbody></table></div></section></main>
</body>
</html>
`;
}

/** `server-1`, `client-2`: names of folders for reports that have none. */
export function folderNames(reports: readonly Pick<Report, 'role'>[]): readonly string[] {
  return reports.map(({ role }, index) => `${role}-${index + 1}`);
}
