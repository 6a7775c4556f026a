import { expect, test } from 'vitest';
import { backtracksExponentially } from './backtracking.ts';

test.each([
  '(a+)+$',
  '^(a|a)*$',
  '^(a|ab?|b)*$',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '^(\\w+\\s?)*$',
  '(x+x+)+y',
  '^(a?a?)*$',
  '^(?=(b*)*c).$',
  '^([0-9]{1,64}){1,64}$',
  '^(?:.|\\n|[^x])*$',
  '^([a-z]{1,8}[a-z0-9]{1,8}){1,9}$',
  '^(\\d|[0-9a-f])+$',
])('exponential: %s', (pattern) => {
  expect(backtracksExponentially(pattern)).toBe(true);
});

test.each([
  '^[A-Za-z0-9_.-]{1,64}$',
  '^(a|b)*$',
  '^\\s+|\\s+$',
  '^([a-z]+\\.)+[a-z]+$',
  '^[^@]+@[^@]+\\.[^@]+$',
  '^[0-9a-f-]+$',
  '^(?!0)[0-9]{1,10}$',
  '^\\p{L}+(?: \\p{L}+)*$',
  '^(?:[^~/]|~[01])*$',
  '^(?:[0-9a-f]{8})+$',
  '^(?:\\d{1,3}\\.){3}\\d{1,3}$',
  '^(?<year>\\d{4})-\\k<year>$',
  '\\S',
  '^(?:[a-z]{1,8}[0-9]{1,8}){1,7}$',
  '',
  '^[\\]a]+\\u{1F600}*$',
])('not exponential: %s', (pattern) => {
  expect(backtracksExponentially(pattern)).toBe(false);
});
