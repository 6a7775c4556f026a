import { expect, test } from 'vitest';
import { cutMiddle, padLeft, padRight, printable, widthOf, wrap } from './terminal-text.ts';

test.each([
  ['plain', 5],
  ['Grüße', 5],
  ['e\u0301', 1],
  ['二人', 4],
  ['👋', 2],
  ['👩‍👩‍👧', 2],
  ['❤️', 2],
  ['→✗…', 3],
  ['', 0],
])('%s takes %d columns', (text, width) => {
  expect(widthOf(text)).toBe(width);
});

test('what a terminal would act on is written out', () => {
  expect(printable('a\u001b[2Jb\nc\r\u0007')).toBe('a\\u{1b}[2Jb\\nc\\r\\u{7}');
  expect(printable('\u202egnp\u2066\ufeff\ud800')).toBe('\\u{202e}gnp\\u{2066}\\u{feff}\\u{d800}');
  expect(printable('Grüße 二 👩‍👩‍👧')).toBe('Grüße 二 👩‍👩‍👧');
});

test.each([
  ['short', 10, 'short'],
  ['0123456789abcdef', 10, '012345…def'],
  ['二二二二二二', 7, '二二…二'],
  ['👋👋👋👋', 6, '👋👋…'],
  ['abc', 1, '…'],
  ['abc', 0, ''],
])('%s cut to %d columns: %s', (text, width, cut) => {
  expect(cutMiddle(text, width)).toBe(cut);
  expect(widthOf(cut)).toBeLessThanOrEqual(width);
});

test('padding counts columns', () => {
  expect(padRight('二', 4)).toBe('二  ');
  expect(padLeft('7', 3)).toBe('  7');
  expect(padRight('longer', 3)).toBe('longer');
});

test('lines break at spaces, and long words where they must', () => {
  expect(wrap('one two three four', 9)).toEqual(['one two', 'three', 'four']);
  expect(wrap('x'.repeat(20), 8)).toEqual(['xxxxxxxx', 'xxxxxxxx', 'xxxx']);
  expect(wrap('', 10)).toEqual(['']);
});
