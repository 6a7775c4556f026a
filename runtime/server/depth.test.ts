import { expect, it } from 'vitest';
import { isTooDeep } from './depth.ts';

const nested = (levels: number, around = ''): string => `${around}${'['.repeat(levels)}1${']'.repeat(levels)}${around}`;

it.each([
  ['256 levels', nested(256), false],
  ['257 levels', nested(257), true],
  ['levels without their ends', '{"a":'.repeat(300), true],
  ['many levels beside each other', `[${'[[]],'.repeat(500)}[]]`, false],
  ['objects and arrays by turns', `${'{"a":['.repeat(129)}1${']}'.repeat(129)}`, true],
  ['brackets in a text', JSON.stringify({ text: '['.repeat(600) }), false],
  ['brackets behind an escaped quote', JSON.stringify({ text: `\\" ${'['.repeat(600)}` }), false],
  ['levels behind a text that ends in a backslash', `["\\\\", ${nested(300)}]`, true],
  ['a text without an end', `"${'['.repeat(600)}`, false],
])('judges %s', (_what, text, expected) => {
  expect(isTooDeep(text)).toBe(expected);
});
