import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

// The properties that a client is held to, by number: what each asks for is in the names of its tests.
const count = 33;

test('each of the 33 properties has a test whose name begins with its number', () => {
  const folder = new URL('.', import.meta.url);
  const names = readdirSync(folder)
    .filter((name) => name.startsWith('properties') && name.endsWith('.test.ts'))
    .flatMap((name) => [...readFileSync(new URL(name, folder), 'utf8').matchAll(/\(\s*'([\d, ]+): /g)])
    .flatMap(([, numbers = '']) => numbers.split(', ').map(Number));
  expect([...new Set(names)].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
});

test('30 has its other half with the hooks: one socket under StrictMode, every message, one render a frame', () => {
  const hooks = new URL('../react/', import.meta.url);
  const tests = readdirSync(hooks).filter((name) => name.endsWith('.test.ts') || name.endsWith('.test.tsx'));
  const text = tests.map((name) => readFileSync(new URL(name, hooks), 'utf8')).join('\n');
  for (const word of [/StrictMode/, /render/i, /messages?/i]) expect(text).toMatch(word);
});
