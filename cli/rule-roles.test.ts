import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { rolesOf } from './rule-roles.ts';

it('finds the roles that globs speak of', () => {
  const document = fileURLToPath(new URL('../asyncapi.yaml', import.meta.url));
  expect([...rolesOf(document, ['close-codes/client-*'])]).toEqual(['client']);
  expect([...rolesOf(document, ['delivery/receivers@arena.CHAT'])]).toEqual(['server']);
  expect([...rolesOf(document, ['handshake/*'])].sort()).toEqual(['client', 'server']);
  expect([...rolesOf(document, ['no-such/*'])]).toEqual([]);
});
