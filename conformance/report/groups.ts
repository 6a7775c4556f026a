// What belongs together in a report: cases of one rule that broke in the same way, and what each missing thing leaves untested.
import { clientRules } from '../client-rules/index.ts';
import type { Role, Verdict } from '../result.ts';
import { serverRules } from '../rules/index.ts';
import type { Report, ReportCase, ReportVolatile } from './report-json.ts';

/** A case with what was measured of it. */
export interface CaseWithTrace {
  /** With its exact words: times, ports and made up names in them. */
  readonly case: ReportCase;
  /** What it has in common with cases that ended in the same way. */
  readonly way: string;
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
  /** What to add: {@link addingTo} says where. */
  readonly need: string;
  readonly rules: readonly { readonly rule: string; readonly cases: readonly ReportCase[] }[];
  readonly count: number;
}

/** Cases with their traces, in the order of the report. */
export function casesWithTraces(report: Report): readonly CaseWithTrace[] {
  return report.cases.map((one, index) => ({
    case: { ...one, ...report.volatile.cases[index]?.exact },
    way: JSON.stringify([one.expected, one.observed, one.reason ?? '']),
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
    const same = ways.get(one.way);
    if (same === undefined) ways.set(one.way, [one]);
    else same.push(one);
  }
  return [...groups].map(([rule, ways]) => {
    const { family, sentence } = ways.values().next().value![0].case;
    return { rule, family, sentence, ways: [...ways.values()] };
  });
}

/** Where what a case lacks is added, for a heading or a sentence. */
export const addingTo: Readonly<Record<Role, string>> = {
  server: 'the target file',
  client: 'the adapter',
  pair: 'the target file or the adapter',
};

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

/** The command that runs exactly that case again; of what only judges what other cases saw, with the one that showed it. */
export function rerunCommand(report: Report, instance: string): string {
  const base = report.volatile.command ?? `wirepact test ${report.role}`;
  const rules = [instance, ...witnessOf(report, instance)];
  return [base, ...rules.map((rule) => `--rule ${quoteArgument(rule)}`)].join(' ');
}

const monitors = new Set<string>(
  [...serverRules, ...clientRules].filter((rule) => 'monitor' in rule).map((rule) => rule.id),
);

function witnessOf(report: Report, instance: string): readonly string[] {
  const one = report.cases.find((found) => found.instance === instance);
  if (one === undefined || !monitors.has(one.rule)) return [];
  const named = / ?\bin ([\w-]+\/[\w-]+@[^\s:,)]+)/.exec(one.observed)?.[1];
  const isThere = report.cases.some((found) => found.instance === named);
  // What shows in no one case shows in connecting; of a client, in whatever it does on that channel.
  return [isThere && named !== undefined ? named : `${one.role === 'server' ? 'handshake/' : ''}*@${one.channel}`];
}

function quoteArgument(text: string): string {
  return /^[\w@/.:+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
