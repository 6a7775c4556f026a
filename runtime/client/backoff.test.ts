import { expect, test } from 'vitest';
import { backoff } from './backoff.ts';
import { feed } from './fixtures/tables.ts';

const row = feed.reconnect;

/** A sequence that is the same in every run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

test.each([
  [1, 500, 1000],
  [2, 1000, 2000],
  [5, 8000, 16000],
  [6, 15000, 30000],
  [100, 15000, 30000],
  [5000, 15000, 30000],
])('attempt %i is drawn from %i to %i ms', (attempt, least, most) => {
  const random = createRandom(attempt);
  const delays = Array.from({ length: 1000 }, () => backoff(row, attempt, false, random));
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(least);
  expect(Math.max(...delays)).toBeLessThanOrEqual(most);
  expect(new Set(delays).size).toBeGreaterThan(900);
  expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan((most - least) * 0.9);
});

test('without a cap, a delay is still one that timers take', () => {
  const { maxMs: _, ...uncapped } = row;
  expect(backoff(uncapped, 5000, false, () => 0)).toBe(2 ** 31);
});

test('a fleet that was sent away comes back spread out', () => {
  const random = createRandom(7);
  const bins = new Map<number, number>();
  for (let client = 0; client < 10000; client++) {
    const bin = Math.floor(backoff(row, 1, true, random) / 100);
    bins.set(bin, (bins.get(bin) ?? 0) + 1);
  }
  expect(Math.max(...bins.values()) / 10000).toBeLessThanOrEqual(0.04);
  expect(backoff(row, 2, true, () => 0)).toBe(2000);
});
