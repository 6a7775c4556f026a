// The level of a case: that of its row, lowered where the row marks the property as a SHOULD.
import type { Fact, Level, Reconnect } from '../../scripts/model.ts';

export function levelOf(fact: Fact, ...properties: readonly string[]): Level {
  const isShould = fact.level === 'SHOULD' || properties.some((property) => fact.should?.includes(property));
  return isShould ? 'SHOULD' : 'MUST';
}

/** The longest wait before attempt n (from 1), unscaled. */
export function delayBefore(row: Reconnect, attempt: number): number {
  return Math.min(row.maxMs ?? Number.POSITIVE_INFINITY, row.initialMs * row.multiplier ** (attempt - 1));
}

/** The longest that attempts 1 to n may take together, unscaled. */
export function delaysUntil(row: Reconnect, attempts: number): number {
  return Array.from({ length: attempts }, (_, index) => delayBefore(row, index + 1)).reduce((sum, ms) => sum + ms, 0);
}

/** How binding the longest wait before attempt n is: beyond what the growth alone would be, the cap decides. */
export function levelOfWait(row: Reconnect, attempt: number): Level {
  const isCapped = row.maxMs !== null && row.initialMs * row.multiplier ** (attempt - 1) > row.maxMs;
  return isCapped ? levelOf(row, 'maxMs') : 'MUST';
}
