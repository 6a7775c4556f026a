import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { type Accepts, boundsOf, breachesOf, keeps } from './breaches.ts';

const ajv = new Ajv({ strict: false });
const accepts: Accepts = (schema, value) => ajv.validate(schema, value);

const room = { type: 'string', pattern: '^[A-Za-z0-9_.-]{1,64}$', 'x-ws-should': ['pattern'] };
const session = { type: 'integer', minimum: 1, maximum: 2_147_483_647 };

it('keeps numbers only in their shortest decimal text', () => {
  expect(['1', '2147483647'].every((text) => keeps(session, text, accepts))).toBe(true);
  expect(
    ['', '01', '+1', '1.0', '1e3', '0x1', ' 1', '0', '2147483648'].some((text) => keeps(session, text, accepts)),
  ).toBe(false);
});

it('breaks a number in each way that a careless reader takes for a number', () => {
  const texts = breachesOf(session, accepts, true).map(({ text }) => text);
  expect(texts).toEqual(
    expect.arrayContaining(['abc', '1.5', '0x1', '1e3', '+1', '-1', '01', '1 ', '0', '2147483648', '']),
  );
});

it('breaks a pattern by a line feed behind it, by what would be a path, and by one character too many', () => {
  const texts = breachesOf(room, accepts, true).map(({ text }) => text);
  expect(texts).toEqual(expect.arrayContaining(['a\n', 'a/a', 'a\0', 'a'.repeat(65), '']));
  expect(texts.every((text) => !keeps(room, text, accepts))).toBe(true);
});

it('has the level of the keyword that is broken', () => {
  const levels = breachesOf(room, accepts, true).map(({ text, level }) => [text, level]);
  expect(levels).toContainEqual(['a'.repeat(65), 'SHOULD']);
  expect(breachesOf({ ...room, 'x-ws-should': [] }, accepts, false).every(({ level }) => level === 'MUST')).toBe(true);
});

it('goes to the bounds, and shows every kind of character that is allowed at once', () => {
  expect(boundsOf(session, accepts).map(({ text }) => text)).toEqual(['1', '2147483647', '4711']);
  expect(boundsOf(room, accepts).map(({ text }) => text)).toEqual(['a', 'a'.repeat(64), 'a-._zZ9a']);
  expect(boundsOf({ enum: ['fast', 'slow'] }, accepts).map(({ text }) => text)).toContain('slow');
});

it('tries no longest value where there is no bound', () => {
  const open = { type: 'string', pattern: '^[0-9a-f-]+$' };
  expect(boundsOf(open, accepts).every(({ text }) => text.length < 64)).toBe(true);
  expect(breachesOf(open, accepts, false).every(({ what }) => what !== 'one character too long')).toBe(true);
});
