// What belongs together in a report: cases of one rule that broke in the same way, and what each missing thing leaves untested.
import type { Verdict } from '../result.ts';
import type { Report, ReportCase, ReportVolatile } from './report-json.ts';

/** A case with what was measured of it. */
export interface CaseWithTrace {
  readonly case: ReportCase;
  readonly durationMs: number;
  readonly frames: ReportVolatile['cases'][number]['frames'];
}

export interface RuleGroup {
  readonly rule: string;
  readonly family: string;
  readonly sentence: string;
  /** Each of its ways to end, with the cases that ended so; the first stands for all. */
  readonly ways: readonly (readonly [CaseWithTrace, ...CaseWithTrace[]])[];
}

export interface NeedGroup {
  /** What to add to the target file. */
  readonly need: string;
  readonly rules: readonly { readonly rule: string; readonly cases: readonly ReportCase[] }[];
  readonly count: number;
}

/** Cases with their traces, in the order of the report. */
export function casesWithTraces(report: Report): readonly CaseWithTrace[] {
  return report.cases.map((one, index) => ({
    case: one,
    durationMs: report.volatile.cases[index]?.durationMs ?? 0,
    frames: report.volatile.cases[index]?.frames ?? [],
  }));
}

/** Cases that the known list does not accept, of these verdicts, by rule in the order of the report. */
export function groupByRule(report: Report, wanted: readonly Verdict[]): readonly RuleGroup[] {
  const groups = new Map<string, Map<string, [CaseWithTrace, ...CaseWithTrace[]]>>();
  for (const one of casesWithTraces(report)) {
    if (!wanted.includes(one.case.verdict) || one.case.known !== undefined) continue;
    const ways = groups.get(one.case.rule) ?? new Map<string, [CaseWithTrace, ...CaseWithTrace[]]>();
    groups.set(one.case.rule, ways);
    const way = JSON.stringify([one.case.expected, one.case.observed, one.case.reason ?? '']);
    const same = ways.get(way);
    if (same === undefined) ways.set(way, [one]);
    else same.push(one);
  }
  return [...groups].map(([rule, ways]) => {
    const { family, sentence } = ways.values().next().value![0].case;
    return { rule, family, sentence, ways: [...ways.values()] };
  });
}

/** Cases that could not be tested, by what would make them testable; a case that lacks two things stands under both. */
export function groupByNeed(report: Report): readonly NeedGroup[] {
  const groups = new Map<string, Map<string, ReportCase[]>>();
  for (const one of report.cases) {
    if (one.verdict !== 'not-testable' || one.known !== undefined) continue;
    const needs = one.needs === undefined || one.needs.length === 0 ? [one.reason ?? 'no reason given'] : one.needs;
    for (const need of needs) {
      const rules = groups.get(need) ?? new Map<string, ReportCase[]>();
      groups.set(need, rules);
      rules.set(one.rule, [...(rules.get(one.rule) ?? []), one]);
    }
  }
  const list = [...groups].map(([need, rules]) => ({
    need,
    rules: [...rules].map(([rule, cases]) => ({ rule, cases })),
    count: [...rules.values()].reduce((sum, cases) => sum + cases.length, 0),
  }));
  // What opens up most comes first; the sort keeps the order of the report among equals.
  return list.sort((a, b) => b.count - a.count);
}

/** `arena.CHAT` of `delivery/receivers@arena.CHAT`. */
export function placeOf(one: Pick<ReportCase, 'rule' | 'instance'>): string {
  return one.instance.startsWith(`${one.rule}@`) ? one.instance.slice(one.rule.length + 1) : one.instance;
}

/** The command that runs exactly that case again. */
export function rerunCommand(report: Report, instance: string): string {
  const base = report.volatile.command ?? `wirepact test ${report.role}`;
  return `${base} --rule ${quoteArgument(instance)}`;
}

function quoteArgument(text: string): string {
  return /^[\w@/.:+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
