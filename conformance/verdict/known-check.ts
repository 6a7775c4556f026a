// Holds a run against the known list: which cases it accepts, and which of its entries are no longer true.
import type { CaseResult } from '../result.ts';
import type { KnownEntry, KnownList } from './known.ts';

/**
 * `unknown`: the contract has no such rule or case; `expired`: its last day is over; `stale`: what it lists passes, or does
 * not apply; `changed`: what it lists still fails, but in another way.
 */
export type KnownProblemKind = 'unknown' | 'expired' | 'stale' | 'changed';

export interface KnownProblem {
  readonly kind: KnownProblemKind;
  readonly rule: string;
  /** Line in the list. */
  readonly line: number;
  /** What is wrong and what to do, as sentences. */
  readonly message: string;
}

export interface KnownOutcome {
  readonly file: string | null;
  /** The cases that the list accepts, each with its entry. Nothing else is excused. */
  readonly accepted: ReadonlyMap<CaseResult, KnownEntry>;
  readonly problems: readonly KnownProblem[];
}

export interface KnownCheckOptions {
  /** `YYYY-MM-DD`. */
  readonly today: string;
  /** Every rule and instance of the contract, also those that this run left out by a filter. @default those of the cases */
  readonly names?: Iterable<string>;
}

export function checkKnown(list: KnownList, cases: readonly CaseResult[], options: KnownCheckOptions): KnownOutcome {
  const names = new Set(options.names ?? []);
  for (const one of cases) names.add(one.rule).add(one.instance);
  const accepted = new Map<CaseResult, KnownEntry>();
  const problems: KnownProblem[] = [];

  for (const entry of list.entries) {
    const problem = (kind: KnownProblemKind, message: string): void => {
      problems.push({ kind, rule: entry.rule, line: entry.line, message });
    };
    if (!names.has(entry.rule)) {
      problem('unknown', `The contract has no rule or case \`${entry.rule}\`. \`wirepact rules\` lists them.`);
      continue;
    }
    const named = cases.filter((one) => one.rule === entry.rule || one.instance === entry.rule);
    if (entry.until < options.today) {
      problem('expired', `It was accepted until ${entry.until}. Mend it, or decide anew and set a later day.`);
      continue;
    }
    for (const one of named) {
      if (isMatch(entry, one)) {
        // The entry of a case goes before that of its rule.
        if (!accepted.has(one) || one.instance === entry.rule) accepted.set(one, entry);
      }
    }
    const stale = describeStale(entry, named, list.entries);
    if (stale !== null) problem('stale', stale);
    const changed = named.filter(
      (one) => isDeviation(one) && !isMatch(entry, one) && !isListed(one, entry, list.entries),
    );
    if (changed.length > 0) problem('changed', describeChange(entry, changed));
  }
  return { file: list.file, accepted, problems };
}

function isDeviation(one: CaseResult): boolean {
  return one.verdict === 'fail' || one.verdict === 'warn' || one.verdict === 'not-testable';
}

function isMatch(entry: KnownEntry, one: CaseResult): boolean {
  if (!isDeviation(one) || (entry.verdict !== undefined && entry.verdict !== one.verdict)) return false;
  return entry.observed === undefined || entry.observed === one.reason || one.observed.includes(entry.observed);
}

/** Whether another entry names exactly that case, so that the rule's entry need not speak of it. */
function isListed(one: CaseResult, entry: KnownEntry, entries: readonly KnownEntry[]): boolean {
  return entry.rule !== one.instance && entries.some((other) => other.rule === one.instance);
}

// A rule's entry stands for all of its cases: with one of them mended it would hide that one's next failure.
function describeStale(entry: KnownEntry, named: readonly CaseResult[], entries: readonly KnownEntry[]): string | null {
  const applicable = named.filter((one) => one.verdict !== 'not-applicable');
  if (named.length > 0 && applicable.length === 0) return 'It does not apply to this contract. Remove the entry.';
  const passing = applicable.filter((one) => one.verdict === 'pass');
  if (passing.length === 0) return null;
  if (passing.length === applicable.length) return 'It passes now. Remove the entry.';
  const left = applicable.filter((one) => one.verdict !== 'pass' && !isListed(one, entry, entries));
  return `${some(passing)} now ${passing.length === 1 ? 'passes' : 'pass'}. List what is left by case: ${some(left)}.`;
}

function describeChange(entry: KnownEntry, changed: readonly CaseResult[]): string {
  const first = changed[0]!;
  const listed = [entry.verdict, entry.observed === undefined ? undefined : `\`${entry.observed}\``].filter(Boolean);
  const seen = first.observed === '' ? (first.reason ?? '') : first.observed;
  return `Listed as ${listed.join(', ')}; ${some(changed)} is now ${first.verdict}${seen === '' ? '' : `: ${seen}`}. Mend it, or change the entry.`;
}

function some(cases: readonly CaseResult[]): string {
  const shown = cases.slice(0, 3).map((one) => one.instance);
  return shown.join(', ') + (cases.length > shown.length ? ` and ${cases.length - shown.length} more` : '');
}
