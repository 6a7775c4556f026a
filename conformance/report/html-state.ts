// What a case counts as on the page: its verdict, or `known` where the known list accepts it; and which of several is the worst.
import type { Verdict } from '../result.ts';
import { verdictWord } from '../verdict/summary.ts';
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

/** As it stands after a number: `3 failed`. */
export function stateWord(state: State): string {
  return state === 'known' ? 'known' : verdictWord(state);
}

/** Nothing to do about it: it is hidden at first where there is anything else. */
export function isCalm(state: State): boolean {
  return state === 'pass' || state === 'not-applicable' || state === 'known';
}

export function stateOf(one: ReportCase): State {
  return one.known === undefined ? one.verdict : 'known';
}

/** Null of an empty list. */
export function worstOf(found: readonly State[]): State | null {
  return states.find((state) => found.includes(state)) ?? null;
}
