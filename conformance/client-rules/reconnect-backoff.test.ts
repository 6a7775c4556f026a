import { expect, it } from 'vitest';
import { hasGrown, type Sample } from './reconnect-backoff.ts';

/** Four clients; `took` and `mostMs` by attempt. */
const samplesOf = (attempts: readonly { readonly took: number; readonly mostMs: number }[]): readonly Sample[] =>
  attempts.flatMap(({ took, mostMs }, index) =>
    Array.from({ length: 4 }, () => ({ attempt: index + 1, from: 0, to: took, mostMs })),
  );

it('asks no growth of a schedule that stays the same, whatever the first waits were', () => {
  const later = Array.from({ length: 11 }, () => ({ took: 400, mostMs: 600 }));
  expect(hasGrown(samplesOf([{ took: 590, mostMs: 600 }, ...later]))).toBe(true);
});

it('tells waits that grow from those that do not', () => {
  const grow = [100, 200, 400, 800, 1600];
  expect(hasGrown(samplesOf(grow.map((mostMs) => ({ took: mostMs * 0.7, mostMs }))))).toBe(true);
  expect(hasGrown(samplesOf(grow.map((mostMs) => ({ took: 70, mostMs }))))).toBe(false);
  // A machine that is half a second late makes all of them longer, and none of them grow.
  expect(hasGrown(samplesOf(grow.map((mostMs) => ({ took: 570, mostMs }))))).toBe(false);
});
