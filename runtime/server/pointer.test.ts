import { expect, it } from 'vitest';
import { cutReason } from './close-reason.ts';
import { redact } from './log.ts';
import { readParameter } from './parameter.ts';
import { readAt, removeAt, writeAt } from './pointer.ts';

it('reads, writes and removes at pointers without touching the original', () => {
  const message = { data: { 'a/b': 1, '~c': [1, 2] }, x: 0 };
  expect(readAt(message, '/data/a~1b')).toBe(1);
  expect(readAt(message, '/data/~0c/1')).toBe(2);
  expect(readAt(message, '/data/toString')).toBeUndefined();
  expect(writeAt(message, '/data/new/deep', 3)).toEqual({ data: { 'a/b': 1, '~c': [1, 2], new: { deep: 3 } }, x: 0 });
  expect(removeAt(message, '/data/a~1b')).toEqual({ data: { '~c': [1, 2] }, x: 0 });
  expect(removeAt(message, '/x')).toEqual({ data: message.data });
  expect(removeAt(message, '/nothing/here')).toBe(message);
  expect(message).toEqual({ data: { 'a/b': 1, '~c': [1, 2] }, x: 0 });
});

it('writes __proto__ as a property', () => {
  const written = writeAt({}, '/__proto__/polluted', true) as object;
  expect(Object.getPrototypeOf(written)).toBe(Object.prototype);
  expect(JSON.stringify(written)).toBe('{"__proto__":{"polluted":true}}');
});

it.each([
  ['007', { type: 'integer' }, false],
  ['+7', { type: 'integer' }, false],
  ['7.0', { type: 'integer' }, false],
  ['2147483648', { type: 'integer', maximum: 2147483647 }, false],
  ['1', { type: 'integer', minimum: 1 }, true],
  ['-0', { type: 'integer' }, false],
  ['😀😀', { type: 'string', maxLength: 2 }, true],
  ['b', { enum: ['a'] }, false],
  ['true', { type: 'boolean' }, true],
  ['1e3', { type: 'number' }, true],
])('reads the parameter %s by %o: %s', (text, schema, ok) => {
  expect(readParameter(text, schema).ok).toBe(ok);
});

it('cuts a reason at 123 bytes, never within a character', () => {
  expect(cutReason('x'.repeat(123))).toHaveLength(123);
  expect(cutReason('x'.repeat(124))).toHaveLength(123);
  expect(cutReason(`${'x'.repeat(120)}😀`)).toBe('x'.repeat(120));
  expect(cutReason(`${'x'.repeat(119)}😀`)).toBe(`${'x'.repeat(119)}😀`);
});

it('takes tokens and queries out of what is logged', () => {
  expect(redact('GET /ws/?token=abc failed for eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl')).toBe(
    'GET /ws/?[query] failed for [token]',
  );
});
