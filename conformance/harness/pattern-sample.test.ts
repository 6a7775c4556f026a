import { expect, test } from 'vitest';
import { samplePattern } from './pattern-sample.ts';

const patterns = [
  '^LOT-[0-9]{1,6}$',
  '^[0-9a-f-]+$',
  '^(room|hall)_\\d{3}$',
  '^[A-Z]{4}$',
  '^\\w+@[a-z]+\\.example$',
  '^(?:a|b)*c?$',
  '^[^/]{2,}$',
  '^x.{3}\\.y$',
  '^[\\w.-]{8,64}$',
];

test.each(patterns)('a text for %s', (pattern) => {
  for (let again = 0; again < 50; again += 1) expect(samplePattern(pattern)).toMatch(new RegExp(pattern, 'u'));
});

test('texts for a pattern with room for it differ', () => {
  const texts = new Set(Array.from({ length: 50 }, () => samplePattern('^[a-z0-9]{3,40}$')));
  expect(texts.size).toBe(50);
});

test.each(['^(?=a)b$', '^(a)\\1$', '^\\p{L}+$', '^[a-z', '^(a'])('%s is given up', (pattern) => {
  expect(samplePattern(pattern)).toBeNull();
});
