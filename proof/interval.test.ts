import { expect, it } from 'vitest';
import { upperBound } from './interval.ts';

it('bounds what was not seen by the rule of three, and what was seen by more', () => {
  expect(upperBound(0, 100)).toBeCloseTo(1 - 0.05 ** (1 / 100), 6);
  expect(upperBound(0, 100)).toBeLessThan(3 / 100);
  expect(upperBound(1, 100)).toBeCloseTo(0.0466, 3);
  expect(upperBound(5, 5)).toBe(1);
  expect(upperBound(0, 0)).toBe(1);
});
