// How long a client waits before an attempt.
import type { ReconnectRow } from './table.ts';

/** Delay in ms before attempt n (from 1). Jitter comes after the cap, or all clients at the cap would move in step. */
export function backoff(row: ReconnectRow, attempt: number, isSlow: boolean, random: () => number): number {
  if (isSlow && attempt === 1) return random() * row.spreadMs;
  // Without a cap the power overflows in the end; a timer takes 24 days at most.
  const delay = Math.min(row.maxMs ?? 2 ** 31, row.initialMs * row.multiplier ** (attempt - 1));
  return delay * (1 - row.jitter * random());
}
