import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { emitters } from './emit/index.ts';
import { checkout, type OutputFolder, outputFolder } from './fixtures/compiled.ts';
import { documentOf } from './fixtures/edited.ts';
import { emitAll } from './generate.ts';
import type { Channel, Contract } from './model.ts';
import { loadContract, parseContract } from './parse/load.ts';
import { renamed } from './rename/names.ts';
import { renameContract, renameContractText } from './rename/rename-contract.ts';

const contracts = fileURLToPath(new URL('fixtures/contracts/', import.meta.url));
const sources = {
  bundled: readFileSync(join(checkout, 'asyncapi.yaml'), 'utf8'),
  whiteboard: readFileSync(join(contracts, 'whiteboard.yaml'), 'utf8'),
  exchange: readFileSync(join(contracts, 'exchange.yaml'), 'utf8'),
};
const names = ['bundled', 'whiteboard', 'exchange'] as const;
let output: OutputFolder;

beforeAll(() => {
  output = outputFolder();
});

afterAll(() => output.remove());

test.each(['whiteboard', 'exchange'] as const)('%s and its renamed copy are without a finding', async (name) => {
  for (const text of [sources[name], renameContractText(sources[name])]) {
    const { findings } = await loadContract(documentOf(text));
    expect(findings).toEqual([]);
  }
});

test('the renamed copy of the bundled contract is without a finding', async () => {
  const { findings } = await loadContract(documentOf(renameContractText(sources.bundled)));
  expect(findings).toEqual([]);
});

test('what is generated from them and from their renamed copies compiles', async () => {
  for (const name of ['whiteboard', 'exchange'] as const)
    output.add(name, await emitAll(parseContract(documentOf(sources[name])), emitters));
  for (const name of names)
    output.add(
      `renamed-${name}`,
      await emitAll(parseContract(documentOf(renameContractText(sources[name]))), emitters),
    );
  expect(output.compile()).toEqual([]);
});

describe('renaming', () => {
  test.each(names)('%s twice gives the document back', (name) => {
    const document: unknown = parse(sources[name]);
    expect(renameContract(renameContract(document))).toEqual(document);
  });

  test.each(names)('%s keeps the rules, and no name', (name) => {
    const before = parseContract(documentOf(sources[name]));
    const after = parseContract(documentOf(renameContractText(sources[name])));
    expect(shapeOf(after)).toEqual(shapeOf(before));
    for (const [kind, list] of Object.entries(namesOf(before))) {
      expect(namesOf(after)[kind]).toEqual(list.map(renamed));
      expect(list.filter((one) => /[a-z]/i.test(one)).length, kind).toBeGreaterThan(0);
    }
  });
});

/** Of the vocabulary too. */
const vocabulary = new Set(['lastTimestamp']);

test('no name of the bundled contract is left in its renamed copy', () => {
  const before = parseContract(documentOf(sources.bundled));
  const after = JSON.stringify(withoutProse(parseContract(documentOf(renameContractText(sources.bundled)))));
  const names = new Set(Object.values(namesOf(before)).flat());
  // A name of one word is a word of the vocabulary, or of a text, as well: what is joined or cased is a name alone.
  const telling = [...names].filter((name) => /_|[a-z][A-Z]/.test(name) && !vocabulary.has(name));
  expect(telling.length).toBeGreaterThan(100);
  expect(telling.filter((name) => new RegExp(`(?<![A-Za-z_])${name}(?![A-Za-z_])`).test(after))).toEqual([]);
});

const prose = new Set([
  'description',
  'title',
  'summary',
  'examples',
  'servers',
  'server',
  'pathname',
  'address',
  'source',
]);

/** A contract without what is written for people, and without servers, which keep their names. */
function withoutProse(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutProse);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !prose.has(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutProse(inner)]));
}

/** Every name of a contract by its kind. Empty kinds are left out. */
function namesOf({ channels, definitions }: Contract): { readonly [kind: string]: readonly string[] } {
  const all = <T>(pick: (channel: Channel) => readonly T[]): T[] => channels.flatMap(pick);
  const messages = all((channel) => [...channel.clientMessages, ...channel.serverMessages]);
  const kinds = {
    channels: channels.map(({ name }) => name),
    messages: messages.map(({ key }) => key),
    types: messages.map(({ type }) => type),
    operations: messages.map(({ operation }) => operation),
    parameters: all(({ parameters, query }) => [...parameters, ...query].map(({ name }) => name)),
    tokens: all(({ auth }) => (auth?.parameter ? [auth.parameter] : [])),
    errors: all(({ error }) => (error?.codes ?? []).map(({ code }) => code)),
    roles: all(({ clientMessages }) =>
      clientMessages.flatMap(({ requires }) => requires.flatMap((row) => ('role' in row ? [row.role] : []))),
    ),
    properties: messages.flatMap(({ schema }) => Object.keys(schema.properties ?? {})),
    schemas: Object.keys(definitions).map((name) => name.replace(/Schema$/, '')),
  };
  return Object.fromEntries(Object.entries(kinds).filter(([, list]) => list.length > 0));
}

/** What is left of a contract without its names: numbers, words of the vocabulary, and how much there is of each thing. */
function shapeOf(contract: Contract): unknown {
  return contract.channels.map((channel) => ({
    closeCodes: channel.closeCodes.map(({ source: _, ...row }) => row),
    reconnect: channel.reconnect && { ...channel.reconnect, source: null },
    limits: Object.values(channel.limits).map((limit) => limit && { ...limit, source: null }),
    heartbeats: channel.heartbeats.map(({ intervalMs, timeoutMs, kind, echo }) => [
      intervalMs,
      timeoutMs,
      kind,
      echo.length,
    ]),
    answers: channel.auth?.answers.map(({ source: _, ...row }) => row),
    conditions: channel.error?.codes.map(({ when, level }) => [when, level]),
    room: channel.room && [channel.room.scope, channel.room.joinOnOpen, channel.room.life, channel.room.presence?.per],
    resync: channel.resync && [channel.resync.scope, channel.resync.history.messages, channel.resync.messages.length],
    deliveries: channel.serverMessages.map(({ delivery, triggers }) => [
      delivery?.to,
      triggers.map(({ on, fields, should }) => [on, fields.map(({ source }) => source.from), should?.length]),
    ]),
    replies: channel.clientMessages.map(({ reply, queued, examples }) => [
      reply?.messages.length,
      reply?.correlation === null,
      queued,
      examples.length,
    ]),
  }));
}
