import { expect, test } from 'vitest';
import { addEntry, addNewest, addPage, type Line } from './lines.ts';

const entry = (number: number, client_id?: string) => ({
  id: `m${number}`,
  content: `${number}`,
  sender: { id: '1', username: 'alice' },
  timestamp: new Date(number * 1000).toISOString(),
  room_id: 'general',
  ...(client_id !== undefined && { client_id }),
});
const copy = (key: string, state: Line['state'] = 'waiting'): Line => ({
  key,
  content: key,
  author: 'alice',
  at: 0,
  state,
});
const shown = (lines: readonly Line[]) =>
  lines.map(({ content, state }) => (state === 'sent' ? content : `${content}?`));
const live = (...numbers: number[]) => numbers.reduce<readonly Line[]>((lines, n) => addEntry(lines, entry(n)), []);

test('a message stands once, in the place of its copy, before what is still on its way', () => {
  const open = [copy('a'), copy('b')];
  const settled = addEntry(open, entry(1, 'b'));
  expect(shown(settled)).toEqual(['1', 'a?']);
  expect(settled[0]!.key).toBe('b');
  expect(addEntry(settled, entry(1, 'b'))).toBe(settled);
  expect(shown(addEntry([copy('a', 'failed')], entry(2, 'a')))).toEqual(['2']);
});

test('a page fills what was missed, and doubles nothing', () => {
  const lines = [...live(1, 2, 5), copy('a'), copy('b')];
  const page = [entry(2), entry(3), entry(4, 'a'), entry(5)];
  expect(shown(addPage(lines, page))).toEqual(['1', '2', '3', '4', '5', 'b?']);
  expect(shown(addPage(live(3, 4), [entry(1), entry(2)]))).toEqual(['1', '2', '3', '4']);
  expect(addPage(lines, [])).toBe(lines);
});

test('the newest page leaves no hole behind it', () => {
  const lines = [...live(1, 2), copy('a')];
  expect(shown(addNewest(lines, [entry(8), entry(9)], true))).toEqual(['8', '9', 'a?']);
  expect(shown(addNewest(lines, [entry(8), entry(9)], false))).toEqual(['1', '2', '8', '9', 'a?']);
  expect(shown(addNewest(lines, [entry(2), entry(3)], true))).toEqual(['1', '2', '3', 'a?']);
});
