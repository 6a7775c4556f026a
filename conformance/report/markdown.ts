// The summary that a CI shows on its page: the verdict, the families, what broke with its frames, what to add to the target file.
import { plural, summariseFamilies, summaryText } from '../verdict/summary.ts';
import { placeInDocument, traceLines } from './console-cases.ts';
import { discriminatingWord } from './coverage.ts';
import { escapeMarkdown, markdownBlock, markdownCode } from './escape.ts';
import { addingTo, groupByNeed, groupByRule, placeOf, type RuleGroup, rerunCommand } from './groups.ts';
import { createPaint } from './paint.ts';
import type { Report } from './report-json.ts';
import { traceRows } from './trace.ts';

// CI pages refuse long summaries (GitHub: 1 MiB), and nobody reads the fortieth failure there.
const mostRules = 40;
const mostWays = 3;
const mostRows = 40;
const traceWidth = 130;

export function markdownReport(report: Report): string {
  const mark = report.exitCode === 0 ? '✅' : '❌';
  const { contract } = report;
  const lines = [
    `# ${mark} ${escapeMarkdown(report.headline)}`,
    '',
    `${report.role} **${escapeMarkdown(report.target.name)}** against ${markdownCode(contract.document)} (${escapeMarkdown(`${contract.title} ${contract.version}`)}): ${plural(report.cases.length, 'case')}, ${summaryText(report.summary)}.`,
    ...report.because.flatMap((one) => one.split('\n')).map((one) => `- ${escapeMarkdown(one)}`),
    ...report.notes.map((note) => `- Note: ${escapeMarkdown(note)}`),
    '',
    ...familyTable(report),
    ...ruleSection(report, 'Broken', groupByRule(report, ['fail']), true),
    ...ruleSection(report, 'Warnings', groupByRule(report, ['warn']), report.strict),
    ...ruleSection(
      report,
      'Suite errors and inconclusive cases',
      groupByRule(report, ['error', 'inconclusive']),
      false,
    ),
    ...needSection(report),
    ...knownSection(report),
    ...coverageSection(report),
  ];
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`;
}

function familyTable(report: Report): readonly string[] {
  const families = summariseFamilies(report.cases);
  if (families.length === 0) return [];
  const number = (count: number): string => (count === 0 ? '' : String(count));
  return [
    '| | passed | failed | warned | not testable | inconclusive, errors |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...families.map(
      ({ family, counts }) =>
        `| ${counts.fail + counts.error > 0 ? '**' : ''}${escapeMarkdown(family)}${counts.fail + counts.error > 0 ? '**' : ''} | ${number(counts.pass)} | ${number(counts.fail)} | ${number(counts.warn)} | ${number(counts['not-testable'])} | ${number(counts.inconclusive + counts.error)} |`,
    ),
    '',
  ];
}

function ruleSection(
  report: Report,
  title: string,
  groups: readonly RuleGroup[],
  withFrames: boolean,
): readonly string[] {
  if (groups.length === 0) return [];
  const lines = [`## ${title}`, ''];
  for (const group of groups.slice(0, mostRules)) {
    lines.push(`### ${markdownCode(group.rule)}`, '', escapeMarkdown(group.sentence), '');
    for (const way of group.ways.slice(0, mostWays)) {
      const [{ case: one, frames }] = way;
      const places = way.map((other) => markdownCode(placeOf(other.case)));
      lines.push(
        `- ${places.slice(0, 12).join(', ')}${places.length > 12 ? ` and ${places.length - 12} more` : ''}`,
        ...(one.expected === '' ? [] : [`  - expected: ${escapeMarkdown(one.expected)}`]),
        ...(one.observed === '' ? [] : [`  - observed: ${escapeMarkdown(one.observed)}`]),
        ...(one.observed !== '' || one.reason === undefined ? [] : [`  - because: ${escapeMarkdown(one.reason)}`]),
        `  - place: ${markdownCode(placeInDocument(report, one))}`,
      );
      if (withFrames) lines.push(`  - again: ${markdownCode(rerunCommand(report, one.instance))}`);
      const trace = withFrames
        ? traceLines(traceRows(frames, mostRows), { paint: createPaint(false), width: traceWidth })
        : [];
      if (trace.length > 0) {
        const block = markdownBlock(trace.map((line) => line.slice(6)));
        lines.push(
          '',
          '  <details><summary>frames</summary>',
          '',
          ...block.map((line) => `  ${line}`),
          '',
          '  </details>',
          '',
        );
      }
    }
    const left = group.ways.slice(mostWays).flat().length;
    if (left > 0) lines.push(`- ${left} more in the report`);
    lines.push('');
  }
  if (groups.length > mostRules) lines.push(`${plural(groups.length - mostRules, 'rule')} more in the report.`, '');
  return lines;
}

function needSection(report: Report): readonly string[] {
  const groups = groupByNeed(report);
  if (groups.length === 0) return [];
  return [
    `## Not testable: what to add to ${addingTo[report.role]}`,
    '',
    ...groups.flatMap((group) => [
      `- ${markdownCode(group.need)} leaves ${plural(group.rules.length, 'rule')} untested: ${group.rules.map(({ rule, cases }) => `${markdownCode(rule)} (${cases.length})`).join(', ')}`,
    ]),
    '',
  ];
}

function knownSection(report: Report): readonly string[] {
  const { file, accepted, problems } = report.known;
  if (file === null) return [];
  return [
    '## Known list',
    '',
    `${plural(accepted, 'case')} accepted by ${markdownCode(file)}.`,
    '',
    ...problems.map(
      (one) =>
        `- ${markdownCode(`${file}:${one.line}`)} ${markdownCode(one.rule)} ${one.kind}: ${escapeMarkdown(one.message)}`,
    ),
  ];
}

/** Every rule that the contract has somewhere: of the others there is nothing to say. */
function coverageSection({ rules }: Report): readonly string[] {
  const declared = rules.filter((one) => one.declared > 0);
  if (declared.length === 0) return [];
  return [
    '',
    '<details><summary>How far each rule got</summary>',
    '',
    '| rule | declared | exercised | decided | discriminating |',
    '| --- | ---: | ---: | ---: | --- |',
    ...declared.map(
      (one) =>
        `| ${markdownCode(one.rule)} | ${one.declared} | ${one.exercised} | ${one.decided} | ${discriminatingWord(one)} |`,
    ),
    '',
    '</details>',
  ];
}
