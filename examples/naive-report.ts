// The committed report of a naive server: what the suite says of each trap, with frames, and every rule that is broken.

import { traceLines } from '../conformance/report/console-cases.ts';
import { escapeMarkdown, markdownBlock, markdownCode } from '../conformance/report/escape.ts';
import { casesWithTraces, placeOf, rerunCommand } from '../conformance/report/groups.ts';
import { createPaint } from '../conformance/report/paint.ts';
import type { Report } from '../conformance/report/report-json.ts';
import { cutMiddle } from '../conformance/report/terminal-text.ts';
import { traceRows } from '../conformance/report/trace.ts';
import { plural, summaryText } from '../conformance/verdict/summary.ts';
import { trapsOf } from './traps.ts';

// The frames that show it stand at the end; the beginning is how the connections came about.
const mostFrames = 16;
const width = 112;
/** The command that makes both reports, and fills the README from them. */
const remake = 'node --conditions=@wirepact/source --import tsx examples/naive-reports.ts';

/** Rule to the places where it is broken, sorted; a warning's are apart. */
export type Broken = ReadonlyMap<string, { readonly fail: readonly string[]; readonly warn: readonly string[] }>;

export function brokenRules(report: Pick<Report, 'cases'>): Broken {
  const rules = new Map<string, { fail: string[]; warn: string[] }>();
  for (const one of report.cases) {
    if (one.verdict !== 'fail' && one.verdict !== 'warn') continue;
    const places = rules.get(one.rule) ?? { fail: [], warn: [] };
    rules.set(one.rule, places);
    places[one.verdict].push(placeOf(one));
  }
  for (const { fail, warn } of rules.values()) {
    fail.sort();
    warn.sort();
  }
  return rules;
}

/** @param example its folder. Throws where a trap's case is not broken: then the naive server is not what it is said to be. */
export function naiveReport(report: Report, example: string): string {
  const broken = brokenRules(report);
  const sections = trapsOf(example).map(({ trap, cases }) => [
    `### Trap ${trap.number}: ${trap.mistake}`,
    '',
    ...markdownBlock(
      cases.flatMap((instance, index) => [...(index === 0 ? [] : ['']), ...caseLines(report, instance, index === 0)]),
    ),
    '',
  ]);
  const rows = [...broken].map(
    ([rule, { fail, warn }]) =>
      `| \`${rule}\` | ${fail.map(escapeMarkdown).join(', ')} | ${warn.map(escapeMarkdown).join(', ')} | ${escapeMarkdown(sentenceOf(report, rule))} |`,
  );
  const lines = [
    `# What the suite says of ${report.target.name}`,
    '',
    `Made by \`${remake}\` from a run of \`${report.volatile.command ?? ''}\`. Not to be edited.`,
    '',
    `**${report.headline}**: ${plural(report.cases.length, 'case')}, ${summaryText(report.summary)}.`,
    '',
    '## The traps',
    '',
    ...sections.flat(),
    '## Every rule that is broken',
    '',
    '| rule | MUST, broken at | SHOULD, warned at | what it requires |',
    '| --- | --- | --- | --- |',
    ...rows,
  ];
  return `${lines.join('\n')}\n`;
}

/** What a committed report lists as broken. Throws where the text is no such report. */
export function readBroken(text: string): Broken {
  const places = (cell: string | undefined) => (cell ?? '').replaceAll('\\', '').split(', ').filter(Boolean);
  const rows = [...text.matchAll(/^\| `([^`]+)` \| ([^|]*)\| ([^|]*)\|/gm)];
  if (rows.length === 0) throw new Error(`The report lists no broken rule. Make it anew: ${remake}`);
  return new Map(
    rows.map(([, rule, fail, warn]) => [rule!, { fail: places(fail?.trim()), warn: places(warn?.trim()) }]),
  );
}

/** The table of the README: a line a trap, from the blocks of the committed reports. */
export function trapTable(reports: readonly string[]): string {
  const rows = new Map<string, string>();
  for (const text of reports) {
    for (const [, mistake = '', block = ''] of text.matchAll(/^### Trap \d+: (.*)\n\n```text\n([\s\S]*?)\n```$/gm)) {
      const rule = block.slice(2, block.indexOf('@'));
      const said = (name: string) =>
        new RegExp(`^ {2}${name} {2}(.*(?:\\n {12}.*)*)`, 'm').exec(block)?.[1]?.replace(/\s+/g, ' ') ?? '';
      if (rows.has(mistake)) continue;
      rows.set(mistake, `| ${mistake} | \`${rule}\` | ${quoted(said('expected'))} | ${quoted(said('observed'))} |`);
    }
  }
  return [
    '| What was written | The rule that tells | expected | observed |',
    '| --- | --- | --- | --- |',
    ...rows.values(),
  ].join('\n');
}

function quoted(text: string): string {
  const short = cutMiddle(text, 84);
  return /^[[{]/.test(text) ? markdownCode(short.replaceAll('|', '/')) : escapeMarkdown(short);
}

/** The block of one trap, fenced, as it stands in a committed report. */
export function trapBlock(report: string, number: number): string {
  const found = new RegExp(`^### Trap ${number}: .*\\n\\n(\`\`\`text\\n[\\s\\S]*?\\n\`\`\`)$`, 'm').exec(report);
  if (found === null) throw new Error(`The report has no trap ${number}. Make it anew: ${remake}`);
  return found[1]!;
}

const begin = '<!-- from the committed reports: begin -->';
const end = '<!-- end -->';

/** Puts figures, table and two of the blocks between the marks of the README. Throws where the marks are missing. */
export function fillReadme(readme: string, reports: readonly string[]): string {
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`README.md lacks the marks ${begin} and ${end}.`);
  const figures = reports.map((text) => {
    const [, name = ''] = /^# What the suite says of (.*)$/m.exec(text) ?? [];
    return `**${name}**: ${[...readBroken(text).values()].filter(({ fail }) => fail.length > 0).length} MUST rules broken`;
  });
  const [first = ''] = reports;
  const filled = [
    begin,
    `${figures.join(' · ')}. Among them what most first versions do:`,
    '',
    trapTable(reports),
    '',
    'Each with the frames that prove it:',
    '',
    trapBlock(first, 5),
    '',
    end,
  ];
  return readme.slice(0, from) + filled.slice(0, -1).join('\n') + readme.slice(to);
}

function caseLines(report: Report, instance: string, withFrames: boolean): readonly string[] {
  const found = casesWithTraces(report).find((one) => one.case.instance === instance);
  if (found === undefined || (found.case.verdict !== 'fail' && found.case.verdict !== 'warn')) {
    throw new Error(
      `${instance} is ${found?.case.verdict ?? 'not there'}: that trap is not in the naive server, or the suite does not see it.`,
    );
  }
  const { case: one, frames } = found;
  const rows = withFrames ? traceRows(frames, mostFrames) : [];
  const trace = traceLines(rows, { paint: createPaint(false), width });
  return [
    `${one.verdict === 'fail' ? '✗' : '!'} ${one.instance}${one.reason === undefined ? '' : `  ${one.reason}`}`,
    ...(withFrames ? ['', `  ${one.sentence}`, ''] : []),
    ...labelled('expected', one.expected),
    ...labelled('observed', one.observed),
    ...labelled('place', `${report.contract.document}:${one.line}  ${one.pointer}`),
    ...(withFrames ? labelled('again', rerunCommand(report, one.instance)) : []),
    ...(trace.length === 0 ? [] : ['', ...trace.map((line) => line.slice(4).replace(/ws:\/\/[\d.]+:\d+/, ''))]),
  ];
}

function labelled(name: string, text: string): readonly string[] {
  const words = text.split(/\s+/);
  const lines: string[] = [''];
  for (const word of words) {
    const last = lines.at(-1)!;
    if (last !== '' && last.length + 1 + word.length > width - 12) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((line, index) => `  ${(index === 0 ? name : '').padEnd(8)}  ${line}`);
}

function sentenceOf(report: Report, rule: string): string {
  return report.cases.find((one) => one.rule === rule)?.sentence ?? '';
}
