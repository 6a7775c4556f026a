// Which rules have a fault that must trip them, and which have none yet.
import type { Fault } from './fault.ts';

export interface Coverage {
  /** Ids of the faults by the rule that must catch them. */
  readonly covered: ReadonlyMap<string, readonly string[]>;
  /** Rules without a fault, in the order given. */
  readonly uncovered: readonly string[];
  /** Rules that faults name and that do not exist. */
  readonly unknown: readonly string[];
}

/** @param rules ids of rules that a server is judged by */
export const coverageOf = (faults: readonly Fault[], rules: readonly string[]): Coverage => {
  const covered = new Map<string, string[]>();
  for (const { id, intended } of faults) {
    for (const { rule } of intended) covered.set(rule, [...(covered.get(rule) ?? []), id]);
  }
  return {
    covered,
    uncovered: rules.filter((rule) => !covered.has(rule)),
    unknown: [...covered.keys()].filter((rule) => !rules.includes(rule)),
  };
};
