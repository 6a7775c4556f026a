// The report as a person reads it in a terminal: families, what broke with its frames, what could not be tested, the verdict.
import { plural, summariseFamilies, summaryText } from '../verdict/summary.ts';
import { failureLines, warningLines } from './console-cases.ts';
import { addingTo, groupByNeed, groupByRule, type NeedGroup, placeOf } from './groups.ts';
import { createPaint, type Paint } from './paint.ts';
import { type Report, withoutPort } from './report-json.ts';
import { padLeft, padRight, printable, widthOf, wrap } from './terminal-text.ts';

export interface ConsoleOptions {
  /** @default false */
  readonly colour?: boolean;
  /** Columns. @default 100 */
  readonly width?: number;
  /** Where the reports were written, as it is to be shown. @default not mentioned */
  readonly reportPath?: string;
}

// Rules are all named; of their cases the report has the rest.
const mostPlaces = 16;

/** What the sections share. */
export interface Layout {
  readonly paint: Paint;
  readonly width: number;
}

/** The whole closing report, line by line, without newlines. */
export function consoleReport(report: Report, options: ConsoleOptions = {}): readonly string[] {
  const layout = {
    paint: createPaint(options.colour ?? false),
    width: Math.max(60, Math.min(options.width ?? 100, 140)),
  };
  const sections = [
    headerLines(report, layout),
    familyLines(report, layout),
    section(layout, 'Broken', groupByRule(report, ['fail']), (group) => failureLines(report, group, layout)),
    section(layout, 'Warnings', groupByRule(report, ['warn']), (group) => warningLines(report, group, layout)),
    section(layout, 'Suite errors', groupByRule(report, ['error']), (group) => warningLines(report, group, layout)),
    section(layout, 'Inconclusive', groupByRule(report, ['inconclusive']), (group) =>
      warningLines(report, group, layout),
    ),
    section(layout, `Not testable: what to add to ${addingTo[report.role]}`, groupByNeed(report), (need) =>
      needLines(need, layout),
    ),
    knownLines(report, layout),
    closingLines(report, options.reportPath, layout),
  ];
  return sections.filter((lines) => lines.length > 0).flatMap((lines) => [...lines, '']);
}

function headerLines(report: Report, { paint, width }: Layout): readonly string[] {
  const { contract, target, volatile } = report;
  const scale = report.timeScale === 1 ? '' : `, time scale ${report.timeScale}`;
  const subject = target.name === withoutPort(volatile.url) ? volatile.url : `${target.name} at ${volatile.url}`;
  return [
    paint.bold(printable(`${report.role} ${subject}`)),
    paint.faint(printable(`against ${contract.document} (${contract.title} ${contract.version})${scale}`)),
    ...report.notes.flatMap((note) => wrap(printable(`Note: ${note}`), width)),
  ];
}

function familyLines(report: Report, { paint }: Layout): readonly string[] {
  const families = summariseFamilies(report.cases);
  const nameWidth = Math.max(0, ...families.map((one) => widthOf(one.family)));
  const mostPassed = Math.max(0, ...families.map((one) => String(one.counts.pass).length));
  return families.map(({ family, counts }) => {
    const open =
      counts.fail + counts.error > 0
        ? 'bad'
        : counts.warn + counts.inconclusive + counts['not-testable'] > 0
          ? 'so-so'
          : 'good';
    const mark =
      open === 'bad'
        ? paint.red('✗')
        : open === 'so-so'
          ? paint.yellow('!')
          : counts.pass > 0
            ? paint.green('✓')
            : paint.faint('·');
    const rest = [
      counts.fail > 0 ? paint.red(`${counts.fail} failed`) : '',
      counts.error > 0 ? paint.red(plural(counts.error, 'suite error')) : '',
      counts.warn > 0 ? paint.yellow(plural(counts.warn, 'warning')) : '',
      counts.inconclusive > 0 ? paint.yellow(`${counts.inconclusive} inconclusive`) : '',
      counts['not-testable'] > 0 ? `${counts['not-testable']} not testable` : '',
      counts['not-applicable'] > 0 ? paint.faint(`${counts['not-applicable']} not applicable`) : '',
    ].filter((part) => part !== '');
    return `  ${mark} ${padRight(printable(family), nameWidth)}  ${[`${padLeft(String(counts.pass), mostPassed)} passed`, ...rest].join(', ')}`;
  });
}

function section<T>(
  { paint }: Layout,
  title: string,
  groups: readonly T[],
  lines: (group: T) => readonly string[],
): readonly string[] {
  if (groups.length === 0) return [];
  return [paint.bold(title), ...groups.flatMap((group) => ['', ...lines(group)])];
}

function needLines(group: NeedGroup, { paint, width }: Layout): readonly string[] {
  const rules = group.rules.flatMap(({ rule, cases }) => {
    const places = cases.slice(0, mostPlaces).map((one) => {
      const others = (one.needs ?? []).filter((need) => need !== group.need);
      return printable(placeOf(one) + (others.length === 0 ? '' : ` (also ${others.join(', ')})`));
    });
    if (cases.length > mostPlaces) places.push(`${cases.length - mostPlaces} more`);
    return [
      `    ${printable(rule)}`,
      ...wrap(places.join(', '), width - 6).map((line) => `      ${paint.faint(line)}`),
    ];
  });
  const leaves = `leaves ${plural(group.rules.length, 'rule')} untested, ${plural(group.count, 'case')}`;
  return [`  ${paint.cyan(printable(group.need))}  ${leaves}`, ...rules];
}

function knownLines(report: Report, { paint, width }: Layout): readonly string[] {
  const { file, accepted, problems } = report.known;
  if (file === null) return [];
  const lines = problems.flatMap((problem) => [
    `  ${paint.red('✗')} ${printable(`${file}:${problem.line}  ${problem.rule}  ${problem.kind}`)}`,
    ...wrap(printable(problem.message), width - 4).map((line) => `    ${line}`),
  ]);
  return [paint.bold('Known list'), `  ${plural(accepted, 'case')} accepted by ${printable(file)}`, ...lines];
}

function closingLines(report: Report, path: string | undefined, { paint, width }: Layout): readonly string[] {
  const isGreen = report.exitCode === 0;
  const verdict = isGreen ? paint.green(`✓ ${report.headline}`) : paint.red(`✗ ${report.headline}`);
  const because = report.because.flatMap((one) => one.split('\n')).flatMap((one) => wrap(printable(one), width - 2));
  const seconds = (report.volatile.durationMs / 1000).toFixed(1);
  return [
    paint.bold(verdict),
    ...because.map((line) => `  ${line}`),
    `  ${plural(report.cases.length, 'case')} in ${seconds} s: ${summaryText(report.summary)}`,
    ...(path === undefined ? [] : [`  Report: ${printable(path)}`]),
  ];
}
