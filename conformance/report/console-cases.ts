// How a broken rule is shown in a terminal: the sentence once, then each way it broke with its frames and the command to repeat it.
import type { Layout } from './console.ts';
import { type CaseWithTrace, placeOf, type RuleGroup, rerunCommand } from './groups.ts';
import type { Report } from './report-json.ts';
import { cutMiddle, padLeft, padRight, printable, widthOf, wrap } from './terminal-text.ts';
import { type TraceRow, traceRows } from './trace.ts';

/** Ways of one rule that are shown in full; the others are named. */
const mostWays = 3;
const mostRows = 30;
const longestName = 20;

export function failureLines(report: Report, group: RuleGroup, layout: Layout): readonly string[] {
  const { paint, width } = layout;
  const count = group.ways.reduce((sum, way) => sum + way.length, 0);
  const lines = [
    `  ${paint.red('✗')} ${paint.bold(printable(group.rule))}${count > 1 ? paint.faint(`  ${count} cases`) : ''}`,
    ...wrap(printable(group.sentence), width - 4).map((line) => `    ${line}`),
  ];
  for (const way of group.ways.slice(0, mostWays)) lines.push('', ...wayLines(report, way, layout));
  const rest = group.ways.slice(mostWays).flat();
  if (rest.length > 0) {
    lines.push('', `    ${paint.faint(`${rest.length} more of this rule, in full in the report:`)}`);
    for (const { case: one } of rest) {
      lines.push(`      ${cutMiddle(printable(`${placeOf(one)}: ${one.observed}`), width - 6)}`);
    }
  }
  return lines;
}

/** Warnings, suite errors and inconclusive cases: no frames, one short block a way. */
export function warningLines(report: Report, group: RuleGroup, { paint, width }: Layout): readonly string[] {
  const lines = [`  ${paint.yellow('!')} ${printable(group.rule)}`, ...field('', group.sentence, width, 4)];
  for (const way of group.ways.slice(0, mostWays)) {
    const { case: one } = way[0];
    lines.push(
      `    ${cutMiddle(printable(way.map((other) => placeOf(other.case)).join(', ')), width - 4)}`,
      ...(one.expected === '' ? [] : field('expected', one.expected, width, 6)),
      ...(one.observed === '' ? [] : field('observed', one.observed, width, 6)),
      ...(one.observed !== '' || one.reason === undefined ? [] : field('because', one.reason, width, 6)),
      ...field('place', placeInDocument(report, one), width, 6).map((line) => paint.faint(line)),
    );
  }
  const rest = group.ways.slice(mostWays).flat();
  if (rest.length > 0) lines.push(`    ${paint.faint(`${rest.length} more, in the report`)}`);
  return lines;
}

function wayLines(
  report: Report,
  way: readonly [CaseWithTrace, ...CaseWithTrace[]],
  layout: Layout,
): readonly string[] {
  const { paint, width } = layout;
  const [first, ...others] = way;
  const one = first.case;
  const frames = traceLines(traceRows(first.frames, mostRows), layout);
  return [
    `    ${paint.bold(printable(one.instance))}${one.reason === undefined ? '' : paint.faint(`  ${printable(one.reason)}`)}`,
    ...field('expected', one.expected, width, 6),
    ...field('observed', one.observed, width, 6),
    ...(frames.length === 0 ? [] : ['', ...frames, '']),
    ...field('place', placeInDocument(report, one), width, 6),
    `      ${padRight('again', 9)} ${paint.cyan(printable(rerunCommand(report, one.instance)))}`,
    ...(others.length === 0 ? [] : field('same at', others.map((other) => placeOf(other.case)).join(', '), width, 6)),
  ];
}

/** Time, who, which way, what: aligned, one line a row. */
export function traceLines(rows: readonly TraceRow[], { paint, width }: Layout): readonly string[] {
  const names = rows.map((row) => cutMiddle(printable(row.connection), longestName));
  const nameWidth = Math.max(0, ...names.map(widthOf));
  const timeWidth = Math.max(0, ...rows.map((row) => row.ms.length));
  return rows.map((row, index) => {
    const time = row.ms === '' ? ' '.repeat(timeWidth + 3) : `${padLeft(row.ms, timeWidth)} ms`;
    const room = width - 6 - timeWidth - 3 - 2 - nameWidth - 2 - 2;
    const text = cutMiddle(printable(row.text), Math.max(12, room));
    const line = `      ${paint.faint(time)}  ${padRight(names[index]!, nameWidth)}  ${row.arrow} `;
    if (row.kind === 'fence' || row.kind === 'left-out') return line + paint.faint(text);
    return line + (row.kind === 'close' || row.kind === 'end' || row.kind === 'refused' ? paint.yellow(text) : text);
  });
}

export function placeInDocument(report: Report, one: { readonly line: number; readonly pointer: string }): string {
  return `${report.contract.document}:${one.line}  ${one.pointer.startsWith('#') ? '' : '#'}${one.pointer}`;
}

function field(name: string, text: string, width: number, indent: number): readonly string[] {
  const label = name === '' ? '' : `${padRight(name, 9)} `;
  const lines = wrap(printable(text), width - indent - label.length);
  return lines.map((line, index) => ' '.repeat(indent) + (index === 0 ? label : ' '.repeat(label.length)) + line);
}
