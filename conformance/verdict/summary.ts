// Counts of a run: how many cases of each verdict, in all and by family, and how that is said in one line.
import { type CaseResult, countVerdicts, type Verdict, verdicts } from '../result.ts';

export type Summary = Readonly<Record<Verdict, number>>;

export interface FamilySummary {
  readonly family: string;
  readonly counts: Summary;
}

/** The families in the order in which the cases name them first. */
export function summariseFamilies(cases: readonly Pick<CaseResult, 'family' | 'verdict'>[]): readonly FamilySummary[] {
  const byFamily = new Map<string, Record<Verdict, number>>();
  for (const one of cases) {
    const counts = byFamily.get(one.family) ?? { ...countVerdicts([]) };
    counts[one.verdict] += 1;
    byFamily.set(one.family, counts);
  }
  return [...byFamily].map(([family, counts]) => ({ family, counts }));
}

/** Cases that were carried out, whatever came of it. */
export function countRan(summary: Summary): number {
  return summary.pass + summary.fail + summary.warn + summary.inconclusive + summary.error;
}

/** Rules, not cases, that have at least one case of these verdicts. */
export function countRules(cases: readonly Pick<CaseResult, 'rule' | 'verdict'>[], wanted: readonly Verdict[]): number {
  return new Set(cases.filter((one) => wanted.includes(one.verdict)).map((one) => one.rule)).size;
}

const words: Readonly<Record<Verdict, string>> = {
  pass: 'passed',
  fail: 'failed',
  warn: 'warned',
  'not-applicable': 'not applicable',
  'not-testable': 'not testable',
  inconclusive: 'inconclusive',
  error: 'broke in the suite',
};

/** The verdict as it stands after a number: `3 failed`. */
export function verdictWord(verdict: Verdict): string {
  return words[verdict];
}

/** `412 passed, 3 failed, 8 not testable`; verdicts without a case are left out. */
export function summaryText(summary: Summary): string {
  const parts = verdicts.filter((verdict) => summary[verdict] > 0).map((one) => `${summary[one]} ${words[one]}`);
  return parts.length === 0 ? 'no cases' : parts.join(', ');
}

/** `1 rule`, `3 rules`. */
export function plural(count: number, singular: string, many = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : many}`;
}
