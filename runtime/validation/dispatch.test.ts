import { expect, test } from 'vitest';
import { anything, breach, type Check, createValidator, dispatch, type ValidatorTable } from './index.ts';

type Messages = { CHAT: { type: 'CHAT'; text: string }; PING: { type: 'PING' } };

const chat: Check = (value) => {
  const { text } = value as { text?: unknown };
  return typeof text === 'string' ? undefined : breach('gone', 'a/b~c');
};
const table: ValidatorTable<Messages> = Object.assign(Object.create(null), {
  CHAT: createValidator<Messages['CHAT']>(chat),
  PING: createValidator<Messages['PING']>(anything),
});

test('a valid message is returned as it came', () => {
  const value = { type: 'CHAT', text: 'hi', extra: 1 };
  const found = dispatch(table, ['type'], value);
  expect(found).toEqual({ kind: 'valid', type: 'CHAT', value });
  expect(found.kind === 'valid' && found.value).toBe(value);
});

test('an invalid message names its type and the place, escaped by RFC 6901', () => {
  expect(dispatch(table, ['type'], { type: 'CHAT' })).toEqual({
    kind: 'invalid',
    type: 'CHAT',
    issues: [{ pointer: '/a~1b~0c', message: 'gone' }],
  });
});

test.each(['__proto__', 'constructor', 'toString', '', 'chat'])('%j is an unknown type', (type) => {
  expect(dispatch(table, ['type'], { type })).toEqual({ kind: 'unknown-type', type });
});

test.each([[{}], [{ type: 1 }], [{ type: null }], [{ type: ['CHAT'] }]])(
  '%j is invalid at its discriminator',
  (value) => {
    const found = dispatch(table, ['type'], value);
    expect(found).toMatchObject({ kind: 'invalid', type: null, issues: [{ pointer: '/type' }] });
  },
);

test.each([[null], [[]], ['CHAT'], [1], [undefined]])('%j is malformed', (value) => {
  expect(dispatch(table, ['type'], value)).toEqual({ kind: 'malformed' });
});

test('a nested discriminator is read from own properties only', () => {
  expect(dispatch(table, ['head', 'a/b'], { head: { 'a/b': 'PING' } })).toMatchObject({ kind: 'valid', type: 'PING' });
  expect(dispatch(table, ['constructor', 'name'], {})).toMatchObject({
    kind: 'invalid',
    issues: [{ pointer: '/constructor/name' }],
  });
  expect(dispatch(table, ['head', 'a/b'], {})).toMatchObject({ issues: [{ pointer: '/head/a~1b' }] });
});

test('without a discriminator the only message of the table is meant', () => {
  const only = Object.assign(Object.create(null), { chat: table.CHAT }) as ValidatorTable<{ chat: Messages['CHAT'] }>;
  expect(dispatch(only, null, { text: 'hi' })).toEqual({ kind: 'valid', type: 'chat', value: { text: 'hi' } });
});

test('a validator is a Standard Schema', () => {
  const standard = table.CHAT['~standard'];
  expect(standard).toMatchObject({ version: 1, vendor: 'wirepact' });
  expect(standard.validate({ text: 'hi' })).toEqual({ value: { text: 'hi' } });
  expect(standard.validate({})).toEqual({ issues: [{ message: 'gone', path: ['a/b~c'] }] });
});
