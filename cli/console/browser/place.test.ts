import { expect, test } from 'vitest';
import { valueAt, withValue } from './place.ts';

const message = { type: 'x', data: { room: 'a', text: 't' } };

test('a value is read at its path, and nowhere else', () => {
  expect(valueAt(message, ['data', 'room'])).toBe('a');
  expect(valueAt(message, ['data', 'constructor'])).toBeUndefined();
  expect(valueAt(message, ['type', 'length'])).toBeUndefined();
  expect(valueAt(null, ['a'])).toBeUndefined();
});

test('a value is set or removed in a copy, and no part is made for it', () => {
  expect(withValue(message, ['data', 'room'], 'b')).toEqual({ type: 'x', data: { room: 'b', text: 't' } });
  expect(withValue(message, ['data', 'room'], undefined)).toEqual({ type: 'x', data: { text: 't' } });
  expect(withValue(message, ['none', 'room'], 'b')).toEqual(message);
  expect(withValue('text', ['data'], 'b')).toBe('text');
  expect(message.data.room).toBe('a');
});
