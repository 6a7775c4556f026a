import { expect, it } from 'vitest';
import type { Built } from '../../harness/messages.ts';
import { NotTestable } from '../../rule.ts';
import { withoutUtf8 } from './frames.ts';
import { padded, paddedByBytes } from './size.ts';

const value = { type: 'CHAT', text: 'grüß' };
const built: Built = {
  key: 'chat',
  value,
  text: JSON.stringify(value),
  marker: null,
  markerPointer: null,
  id: null,
  isIdFree: false,
  room: null,
};

it.each([100, 101, 65_536, 65_537])('pads a message to exactly %i bytes and leaves its value alone', (bytes) => {
  const text = padded(built.text, bytes);
  expect(Buffer.byteLength(text)).toBe(bytes);
  expect(JSON.parse(text)).toEqual(value);
});

it.each([100, 101, 65_537])('pads to exactly %i bytes with far fewer characters', (bytes) => {
  const text = paddedByBytes(built, bytes);
  expect(Buffer.byteLength(text)).toBe(bytes);
  expect(text.length).toBeLessThan(bytes * 0.8);
  expect(JSON.parse(text)).toMatchObject(value);
});

it('does not pad below the message itself', () => {
  expect(() => padded(built.text, 3)).toThrow(NotTestable);
});

it.each(['{"type":"PING"}', '{}'])('makes %s a valid message for whoever replaces what is no UTF-8', (text) => {
  const bytes = withoutUtf8(text);
  expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow();
  expect(JSON.parse(bytes.toString())).toMatchObject(JSON.parse(text));
});
