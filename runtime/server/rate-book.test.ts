import { expect, it } from 'vitest';
import { FakeClock } from './fixtures/fake-clock.ts';
import { RateBook } from './rate-book.ts';

it('gives each key a rate of its own, and forgets whom it owes nothing', () => {
  const clock = new FakeClock();
  const book = new RateBook({ perSecond: 1, burst: 2 }, clock);
  const take = (key: string, times: number): string[] => Array.from({ length: times }, () => book.take(key));
  expect(take('a', 3)).toEqual(['within', 'within', 'over']);
  expect(take('b', 1)).toEqual(['within']);
  for (let n = 0; n < 1000; n++) book.take(`flood ${n}`);
  expect(book.size).toBe(1002);
  clock.advance(1000);
  expect(take('a', 2)).toEqual(['within', 'over']);
  clock.advance(2000);
  expect(take('b', 3)).toEqual(['within', 'within', 'over']);
  expect(book.size).toBe(1);
});
