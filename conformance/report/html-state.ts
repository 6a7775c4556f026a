// What a case counts as on the page: its verdict, or `known` where the known list accepts it; and which of several is the worst.
import type { Verdict } from '../result.ts';
import type { ReportCase } from './report-json.ts';

export type State = Verdict | 'known';

/** The worst first. */
export const states: readonly State[] = [
  'fail',
  'error',
  'warn',
  'inconclusive',
  'not-testable',
  'known',
  'pass',
  'not-applicable',
];

export const stateWords: Readonly<Record<State, string>> = {
  fail: 'failed',
  error: 'suite errors',
  warn: 'warnings',
  inconclusive: 'inconclusive',
  'not-testable': 'not testable',
  known: 'known',
  pass: 'passed',
  'not-applicable': 'not applicable',
};

export function stateOf(one: ReportCase): State {
  return one.known === undefined ? one.verdict : 'known';
}

/** Null of an empty list. */
export function worstOf(found: readonly State[]): State | null {
  return states.find((state) => found.includes(state)) ?? null;
}
