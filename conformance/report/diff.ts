// What changed between two reports: the cases that newly break a rule, those that no longer do, and those that came or went.
import type { Verdict } from '../result.ts';
import { isMerged, type MergedReport } from './merged-report.ts';
import type { Report, ReportCase } from './report-json.ts';

export interface Change {
  readonly instance: string;
  /** Null: the other report does not have the case. */
  readonly before: Verdict | null;
  readonly after: Verdict | null;
  /** Of the later report, else of the earlier. */
  readonly observed: string;
}

export interface ReportDiff {
  /** MUSTs that broke, or can no longer be judged to hold: a regression. */
  readonly newlyFailing: readonly Change[];
  readonly newlyPassing: readonly Change[];
  /** Everything else that ended otherwise: a warning that came or went, a case that became testable. */
  readonly otherwise: readonly Change[];
  readonly added: readonly Change[];
  readonly removed: readonly Change[];
}

const bad: readonly (Verdict | null)[] = ['fail', 'error'];

/**
 * Cases are matched by their instance, and by role, of two merged reports by their part too; in the order of the later report,
 * then of the earlier.
 */
export function diffReports(before: Report | MergedReport, after: Report | MergedReport): ReportDiff {
  const isOfParts = isMerged(before) && isMerged(after);
  const [earlier, later] = [byKey(before.cases, isOfParts), byKey(after.cases, isOfParts)];
  const changes = [...new Set([...later.keys(), ...earlier.keys()])].flatMap((key): Change[] => {
    const [old, now] = [earlier.get(key), later.get(key)];
    const [from, to] = [old?.verdict ?? null, now?.verdict ?? null];
    const one = now ?? old;
    if (one === undefined || from === to) return [];
    return [{ instance: one.instance, before: from, after: to, observed: one.observed || (one.reason ?? '') }];
  });
  const isNewlyFailing = ({ before: from, after: to }: Change) => bad.includes(to) && !bad.includes(from);
  const isNewlyPassing = ({ before: from, after: to }: Change) => bad.includes(from) && to === 'pass';
  const rest = changes.filter((change) => !isNewlyFailing(change) && !isNewlyPassing(change));
  return {
    newlyFailing: changes.filter(isNewlyFailing),
    newlyPassing: changes.filter(isNewlyPassing),
    otherwise: rest.filter(({ before: from, after: to }) => from !== null && to !== null),
    added: rest.filter(({ before: from }) => from === null),
    removed: rest.filter(({ after: to }) => to === null),
  };
}

type AnyCase = ReportCase & { readonly part?: string };

function byKey(cases: readonly AnyCase[], isOfParts: boolean): ReadonlyMap<string, ReportCase> {
  const found = new Map<string, ReportCase>();
  for (const one of cases) {
    const key = `${isOfParts ? one.part : ''} ${one.role} ${one.instance}`;
    // Where several parts have it, one that breaks it speaks for all.
    if (!bad.includes(found.get(key)?.verdict ?? null)) found.set(key, one);
  }
  return found;
}
