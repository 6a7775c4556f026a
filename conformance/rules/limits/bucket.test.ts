import { expect, it } from 'vitest';
import { longestRow, mostTaken, refillMs } from './bucket.ts';

const bucket = { burst: 40, perSecond: 20 };

it('takes the burst at once, and then as many as the rate says', () => {
  expect(mostTaken(bucket, 0)).toBe(41);
  expect(mostTaken(bucket, 1000)).toBe(61);
});

it('is full again after the time that the rate needs for the burst', () => {
  expect(refillMs(bucket)).toBe(2000);
});

it.each([
  [[], 0],
  [[true, true, false, true], 2],
  [[false, true, true, true], 3],
])('finds the longest row of refusals in %j', (refused, row) => {
  expect(longestRow(refused)).toBe(row);
});
