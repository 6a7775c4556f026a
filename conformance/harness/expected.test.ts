// What was decided of a message's content is no MUST, and takes nothing from what is given.
import { expect, it } from 'vitest';
import type { ServerMessage, Trigger } from '../../scripts/model.ts';
import { expectation } from './expected.ts';

const source = { pointer: '', line: 0 };
const trigger: Trigger = {
  on: 'join',
  level: 'MUST',
  fields: [
    { target: '/given', source: { from: 'value', value: 1 } },
    { target: '/decided', source: { from: 'value', value: 2 } },
  ],
  should: ['/decided'],
  source,
} as Partial<Trigger> as Trigger;
const message = { key: 'said', triggers: [trigger] } as Partial<ServerMessage> as ServerMessage;

it.each([
  [{ given: 1 }, 'SHOULD'],
  [{ decided: 2 }, 'MUST'],
  [{}, 'MUST'],
] as const)('%j is wrong by a %s', (value, level) => {
  const expected = expectation(message, { user: null, sent: null, on: 'join' }, () => []);
  expect(expected.mismatch(value)).not.toBe('');
  expect(expected.level(value)).toBe(level);
});
