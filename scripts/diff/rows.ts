// Compares rows of the model by a table that says of each column whom a change of it breaks.
import type { Fact } from '../model.ts';
import { type Breaks, type Change, isSame, nobody, type Place, type Side, shown } from './change.ts';

/** Whom the step from one value to another breaks. */
export type Verdict<V> = (before: V, after: V) => Breaks;

export interface RowRule<T> {
  /** First part of a change's id. */
  readonly id: string;
  /** How a sentence calls the row: `the limit of a message`. */
  readonly name: string | ((row: T) => string);
  /** Whose duty the row is: a SHOULD that becomes a MUST breaks it, the way back breaks who relied on it. */
  readonly duty: Side;
  readonly added: Breaks | ((row: T) => Breaks);
  readonly removed: Breaks | ((row: T) => Breaks);
  readonly columns: { readonly [C in keyof T]?: Verdict<T[C]> };
}

export const always =
  (breaks: Breaks): Verdict<unknown> =>
  () =>
    breaks;

/** Of numbers, where null is without limit. */
export const byNumber =
  (smaller: Breaks, larger: Breaks): Verdict<number | null | undefined> =>
  (before, after) =>
    (after ?? Number.POSITIVE_INFINITY) < (before ?? Number.POSITIVE_INFINITY) ? smaller : larger;

/** Of sets: whom it breaks that a member is gone, and that there is a new one. */
export const byMembers =
  (gone: Breaks, fresh: Breaks): Verdict<readonly unknown[] | undefined> =>
  (before = [], after = []) => [
    ...new Set([
      ...(before.some((one) => !after.some((other) => isSame(one, other))) ? gone : nobody),
      ...(after.some((one) => !before.some((other) => isSame(one, other))) ? fresh : nobody),
    ]),
  ];

/** A row that may be missing on either side. */
export function compareRow<T extends Fact>(
  rule: RowRule<T>,
  place: Place,
  before: T | null | undefined,
  after: T | null | undefined,
): readonly Change[] {
  const told = (row: T): string => (typeof rule.name === 'string' ? rule.name : rule.name(row));
  const weak = (row: T): boolean => row.level === 'SHOULD';
  const decide = (breaks: Breaks | ((row: T) => Breaks), row: T): Breaks =>
    weak(row) ? nobody : typeof breaks === 'function' ? breaks(row) : breaks;
  if (before && after) return [...levels(rule, place, told(after), before, after), ...columns(before, after)];
  if (after) {
    const sentence = `${told(after)} is new`;
    const breaks = decide(rule.added, after);
    return [{ id: `${rule.id}/added`, ...place, sentence, breaks, source: after.source, gone: false }];
  }
  if (!before) return [];
  const sentence = `${told(before)} is gone`;
  const breaks = decide(rule.removed, before);
  return [{ id: `${rule.id}/removed`, ...place, sentence, breaks, source: before.source, gone: true }];

  function columns(old: T, now: T): readonly Change[] {
    const changes: Change[] = [];
    for (const column of Object.keys(rule.columns) as (keyof T & string)[]) {
      const [was, is] = [old[column], now[column]];
      const verdict = rule.columns[column];
      if (verdict === undefined || isSame(was, is)) continue;
      const breaks = weak(old) && weak(now) ? nobody : verdict(was, is);
      const sentence = `${told(now)}: ${column} was ${shown(was)}, is ${shown(is)}`;
      changes.push({ id: `${rule.id}/${column}`, ...place, sentence, breaks, source: now.source, gone: false });
    }
    return changes;
  }
}

/** Rows of a list, matched by a key of theirs. */
export function compareRows<T extends Fact>(
  rule: RowRule<T>,
  place: Place,
  key: (row: T) => string,
  before: readonly T[],
  after: readonly T[],
): readonly Change[] {
  const old = new Map(before.map((row) => [key(row), row]));
  const now = new Map(after.map((row) => [key(row), row]));
  const keys = [...new Set([...now.keys(), ...old.keys()])];
  return keys.flatMap((one) => compareRow(rule, place, old.get(one), now.get(one)));
}

function levels<T extends Fact>(rule: RowRule<T>, place: Place, told: string, before: T, after: T): readonly Change[] {
  if (before.level === after.level) return [];
  const other: Side = rule.duty === 'server' ? 'client' : 'server';
  const breaks: Breaks = [after.level === 'MUST' ? rule.duty : other];
  const sentence = `${told}: was a ${before.level}, is a ${after.level}`;
  return [{ id: `${rule.id}/level`, ...place, sentence, breaks, source: after.source, gone: false }];
}
