import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { documentOf, edit, kitchen, temporaryFolder } from '../fixtures/edited.ts';
import { OfficialParser } from '../lint/official-parser.ts';
import type { Channel } from '../model.ts';
import { loadContract, parseContract, readContract, startLoading } from './load.ts';

function channelOf(text: string): Channel {
  const [channel] = parseContract(documentOf(text)).channels;
  if (channel === undefined) throw new Error('no channel');
  return channel;
}

/** The only finding of the document. */
function soleFinding(path: string) {
  const { findings } = readContract(path);
  expect(findings, JSON.stringify(findings)).toHaveLength(1);
  return findings[0];
}

test('the whole of a channel', () => {
  const channel = channelOf(kitchen);
  expect(channel).toMatchObject({
    name: 'orders',
    address: '/ws/orders/{table}',
    server: 'kitchen',
    pathname: '/kitchen',
    parameters: [{ name: 'table', level: 'SHOULD', schema: { type: 'string', pattern: '^[a-z0-9]{1,8}$' } }],
    query: [{ name: 'lang', required: true, schema: { type: 'string', enum: ['en', 'fr'] } }],
    envelope: { discriminator: '/type', payload: null, id: '/id', timestamp: null },
    error: { message: 'error', code: '/code', text: '/text', pointer: '/where', id: '/id' },
    reconnect: { initialMs: 1000, multiplier: 2, maxMs: 30000, attempts: 10 },
    queue: { messages: 100, maxAgeMs: 60000, overflow: 'drop-oldest', bytes: null },
  });
  expect(channel.auth).toMatchObject({
    scheme: 'ticket',
    parameter: 'ticket',
    format: 'jwt',
    claims: [{ name: 'sub', required: true }],
    answers: [
      { when: 'missing', by: 'status', statuses: [403] },
      { when: 'invalid', by: 'status', statuses: [401, 403] },
      { when: 'expired', by: 'close', code: 4001, level: 'MUST' },
      { when: 'expiry', by: 'close', code: 4001, level: 'SHOULD' },
    ],
    ready: [{ on: 'message', message: 'menu' }],
  });
  expect(channel.heartbeats).toMatchObject([
    { initiator: 'server', kind: 'frame', ping: null, pong: null, intervalMs: 30000, timeoutCode: null },
    {
      initiator: 'client',
      kind: 'message',
      ping: 'hello',
      pong: 'helloBack',
      onOpen: true,
      timeoutCode: 4008,
      timeoutCodeLevel: 'SHOULD',
    },
  ]);
  expect(channel.room).toMatchObject({
    scope: 'room',
    parameter: 'table',
    join: { message: 'sitDown', room: '/table', onlyAddress: true },
    leave: { message: 'getUp', room: null },
    presence: { joined: { message: 'guest', match: [{ pointer: '/here', value: true }] }, per: 'user', user: '/who' },
  });
  expect(channel.resync).toMatchObject({
    scope: 'room',
    sequence: '/seq',
    messages: ['orderPlaced'],
    request: { message: 'again', lastSequence: '/last', joins: true, joinsLevel: 'SHOULD' },
    history: { messages: 100, level: 'SHOULD' },
    snapshot: { message: 'menu', outOfRangeLevel: 'SHOULD' },
    client: { afterReconnect: ['sitDown', 'again', 'hello'], end: 'helloBack' },
  });
  expect(channel.limits).toMatchObject({
    message: { bytes: 4096, code: 1009 },
    rate: { perSecond: 10, burst: 20, strikes: 5, code: 4029, level: 'SHOULD' },
    shutdown: { code: 1012, withinMs: 5000 },
  });
});

test('messages by direction, with replies on the server side', () => {
  const channel = channelOf(kitchen);
  expect(channel.clientMessages.map(({ name, type, queued }) => [name, type, queued])).toEqual([
    ['PlaceOrder', 'place', true],
    ['SitDown', 'sit', false],
    ['GetUp', 'up', false],
    ['Again', 'again', false],
    ['Hello', 'hello', false],
  ]);
  expect(channel.serverMessages.map(({ name, delivery }) => [name, delivery?.to])).toEqual([
    ['HelloBack', 'direct'],
    ['OrderPlaced', 'room'],
    ['Menu', 'direct'],
    ['Accepted', 'direct'],
    ['Guest', 'other-users'],
    ['ErrorMessage', 'direct'],
  ]);
  expect(channel.clientMessages[0]).toMatchObject({
    reply: { messages: ['accepted'], correlation: { request: '/id', reply: '/id' } },
    requires: [{ condition: 'membership' }, { condition: 'role', role: 'guest' }],
    idempotent: { property: '/id', answer: 'accepted', echo: { message: 'orderPlaced', property: '/cause' } },
    request: { timeoutMs: 3000, rejectedBy: ['error', 'disconnect'] },
  });
  expect(channel.serverMessages[1]?.triggers).toMatchObject([
    {
      on: 'message',
      message: 'placeOrder',
      fields: [
        { target: '/dish', source: { from: 'message', pointer: '/dish' } },
        { target: '/cause', source: { from: 'message', pointer: '/id' } },
        { target: '/cook', source: { from: 'user-id' } },
      ],
    },
  ]);
});

test('schemas become definitions with titles; recursion and names of globals are kept apart; examples stay out', () => {
  const contract = parseContract(documentOf(kitchen));
  expect(Object.keys(contract.definitions)).toEqual(['Id', 'ErrorSchema', 'Part']);
  expect(contract.definitions.Part).toEqual({
    title: 'Part',
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string' }, inside: { $ref: '#/definitions/Part' } },
  });
  const placed = contract.channels[0]?.serverMessages[1]?.schema;
  expect(placed).toMatchObject({ title: 'OrderPlaced', description: 'An order was placed.' });
  expect(placed).not.toHaveProperty('examples');
  expect(placed?.properties).toMatchObject({
    failed: { $ref: '#/definitions/ErrorSchema' },
    parts: { items: { $ref: '#/definitions/Part' } },
  });
});

test('a fact says where the document states it; of a shared row, where the row is', () => {
  const lines = kitchen.split('\n');
  const { closeCodes, auth } = channelOf(kitchen);
  expect(closeCodes[0]?.source).toEqual({
    pointer: '/components/x-ws-close-codes/normal',
    line: lines.findIndex((line) => line.startsWith('    normal:')) + 1,
  });
  expect(auth?.answers[2]?.source).toEqual({
    pointer: '/channels/orders/x-ws-auth/answers/2',
    line: lines.findIndex((line) => line.includes('when: expired')) + 1,
  });
});

const plain = `asyncapi: 3.0.0
info: { title: Plain, version: 1.0.0 }
servers:
  live: { host: example.org, protocol: wss }
channels:
  room:
    address: room/{id}
    parameters: { id: { enum: [a, b] } }
    messages:
      ping: { $ref: '#/components/messages/ping' }
      pong:
        payload: { type: object, required: [kind], properties: { kind: { enum: [pong] } } }
      note:
        traits: [{ payload: { type: string }, title: Traited }]
        payload: { allOf: [{ $ref: '#/components/schemas/Base' }, { type: object, properties: { kind: { const: note } } }] }
operations:
  ask:
    action: receive
    channel: { $ref: '#/channels/room' }
    messages: [{ $ref: '#/channels/room/messages/ping' }]
    security: [{ $ref: '#/components/securitySchemes/key' }]
    reply: { messages: [{ $ref: '#/channels/room/messages/pong' }] }
  tell:
    action: send
    channel: { $ref: '#/channels/room' }
    messages: [{ $ref: '#/channels/room/messages/note' }, { $ref: '#/channels/room/messages/ping' }]
components:
  messages:
    ping:
      correlationId: { location: '$message.payload#/nr' }
      payload: { type: object, required: [kind], properties: { kind: { const: ping }, nr: { type: integer } } }
  schemas: { Base: { type: object, required: [kind], properties: { kind: { type: string } } } }
  securitySchemes: { key: { type: httpApiKey, in: query, name: key } }
`;

test.each(['3.0.0', '3.1.0'])('a document of AsyncAPI %s without x-ws keys', (version) => {
  const channel = channelOf(plain.replace('3.0.0', version));
  expect(channel).toMatchObject({
    address: '/room/{id}',
    parameters: [{ name: 'id', schema: { type: 'string', enum: ['a', 'b'] } }],
    envelope: { discriminator: '/kind', id: '/nr' },
    auth: { scheme: 'key', parameter: 'key', answers: [] },
    error: null,
    room: null,
    closeCodes: [],
    heartbeats: [],
  });
  expect(channel.clientMessages.map(({ key, name, type }) => [key, name, type])).toEqual([
    ['ping', 'ClientPing', 'ping'],
  ]);
  expect(channel.serverMessages.map(({ key, name, type, title }) => [key, name, type, title])).toEqual([
    ['ping', 'Ping', 'ping', undefined],
    ['pong', 'Pong', 'pong', undefined],
    ['note', 'Note', 'note', 'Traited'],
  ]);
  expect(channel.serverMessages[2]?.schema.allOf).toEqual([
    { $ref: '#/definitions/Base' },
    { type: 'object', properties: { kind: { const: 'note' } } },
  ]);
  expect(channel.serverMessages.every(({ delivery }) => delivery === null)).toBe(true);
});

test('included files count for the hash, and line endings do not', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'asyncapi.yaml');
  const included = join(folder, 'schemas', 'error.yaml');
  mkdirSync(dirname(included));
  writeFileSync(
    path,
    edit(kitchen, ["failed: { $ref: '#/components/schemas/Error' }", "failed: { $ref: 'schemas/error.yaml#/Mishap' }"]),
  );
  writeFileSync(included, 'Mishap: { type: object, properties: { cause: { $ref: "#/Mishap" } } }\n');
  const before = parseContract(path);
  expect(before.definitions.Mishap).toEqual({
    title: 'Mishap',
    type: 'object',
    properties: { cause: { $ref: '#/definitions/Mishap' } },
  });
  writeFileSync(included, 'Mishap: { type: object, properties: { cause: { $ref: "#/Mishap" } } }\r\n');
  expect(parseContract(path).hash).toBe(before.hash);
  writeFileSync(included, 'Mishap: { type: string }\n');
  expect(parseContract(path).hash).not.toBe(before.hash);
});

test('a link out of the folder is refused like a path out of it', () => {
  const folder = temporaryFolder();
  const outside = join(temporaryFolder(), 'secret.yaml');
  writeFileSync(outside, 'type: string\n');
  symlinkSync(outside, join(folder, 'link.yaml'));
  const path = join(folder, 'asyncapi.yaml');
  writeFileSync(
    path,
    edit(kitchen, ["failed: { $ref: '#/components/schemas/Error' }", "failed: { $ref: './link.yaml' }"]),
  );
  expect(soleFinding(path)?.code).toBe('reference-outside');
  expect(readContract(path, { allowOutside: true }).findings).toEqual([]);
});

const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
for (let depth = 1; depth < 9; depth += 1) {
  const [name, previous] = [String.fromCharCode(97 + depth), String.fromCharCode(96 + depth)];
  bomb.push(`${name}: &${name} [${Array(10).fill(`*${previous}`).join(', ')}]`);
}

test.each([
  ['no YAML', 'a: [1', 'document-not-yaml'],
  ['two values of one key', 'a: 1\na: 2', 'document-not-yaml'],
  ['empty', '', 'document-not-object'],
  ['a list', '- a', 'document-not-object'],
  ['no AsyncAPI', 'openapi: 3.1.0', 'document-version'],
  ['AsyncAPI 2', 'asyncapi: 2.6.0', 'document-version'],
  ['a number for the version', 'asyncapi: 3.1', 'document-version'],
  ['a bomb of aliases', bomb.join('\n'), 'document-aliases'],
  ['an alias of nothing', 'a: &a [*b]', 'document-aliases'],
  ['nested without end', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'document-too-deep'],
  [
    'indented without end',
    Array.from({ length: 2_000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
    'document-too-deep',
  ],
  ['5 MB', `a: ${'x'.repeat(5_000_000)}`, 'document-too-large'],
])('%s is one finding', (_title, text, code) => {
  const finding = soleFinding(documentOf(text));
  expect(finding?.code).toBe(code);
  expect(finding?.fix).toMatch(/\.|\d$/);
});

test('a long chain of schemas is told, not followed to the end of the stack', async () => {
  const chain = Array.from(
    { length: 3_000 },
    (_, n) => `    S${n}: { items: { $ref: '#/components/schemas/S${n + 1}' } }\n`,
  );
  const text = edit(
    kitchen,
    ["failed: { $ref: '#/components/schemas/Error' }", "failed: { $ref: '#/components/schemas/S0' }"],
    ['    Part:\n', `${chain.join('')}    S3000: {}\n    Part:\n`],
  );
  const { findings } = await loadContract(documentOf(text), { official: false });
  expect(findings.map(({ code }) => code)).toEqual(['document-too-deep']);
});

test('a missing document is one finding', () => {
  expect(soleFinding(join(temporaryFolder(), 'none.yaml'))?.code).toBe('document-missing');
  expect(soleFinding(temporaryFolder())?.code).toBe('document-missing');
});

test.each([
  ['itself', "failed: { $ref: '#/components/schemas/Placed/properties/failed' }"],
  ['a path through itself', "failed: { $ref: '#/components/schemas/Placed/properties/failed/properties/x' }"],
])('a reference to %s is told, not followed for ever', (_title, to) => {
  const path = documentOf(edit(kitchen, ["failed: { $ref: '#/components/schemas/Error' }", to]));
  expect(readContract(path).findings.map(({ code }) => code)).toContain('reference-circular');
});

test('names that are properties of every object are names', () => {
  const text = edit(
    kitchen,
    [
      '    Part:\n',
      '    constructor: { type: string }\n    __proto__: { type: object, properties: { __proto__: { type: string } } }\n    Part:\n',
    ],
    [
      "failed: { $ref: '#/components/schemas/Error' }",
      "failed: { $ref: '#/components/schemas/__proto__' }\n        __proto__: { $ref: '#/components/schemas/constructor' }",
    ],
  );
  const contract = parseContract(documentOf(text));
  expect(contract.definitions.Proto).toMatchObject({ title: 'Proto', type: 'object' });
  expect(contract.definitions.Constructor).toEqual({ title: 'Constructor', type: 'string' });
  const placed = contract.channels[0]?.serverMessages[1]?.schema.properties;
  expect(Object.keys(placed ?? {})).toContain('__proto__');
});

test('parseContract throws one error that names each mistake', () => {
  const path = documentOf(
    edit(kitchen, ['overflow: drop-oldest', 'overflow: never'], ['condition: membership', 'condition: m']),
  );
  expect(() => parseContract(path)).toThrow(/has 2 mistakes[\s\S]*overflow[\s\S]*condition/);
});

test('what the official parser says is folded: one mistake, one finding', async () => {
  const { findings } = await loadContract(documentOf(edit(kitchen, ['    action: send\n', '    action: sends\n'])));
  const official = findings.filter(({ code }) => code.startsWith('asyncapi'));
  expect(official.length).toBe(1);
  expect(official[0]).toMatchObject({ pointer: '/operations/tell/action', severity: 'error' });
});

test('the official parser is asked before our own checks begin', async () => {
  const asked: string[] = [];
  class Recording extends OfficialParser {
    override parse(path: string, text: string) {
      asked.push(path);
      return super.parse(path, text);
    }
  }
  const path = documentOf(kitchen);
  const loading = startLoading(path, {}, new Recording());
  // Without a turn of the event loop in between: what is awaited first waits for the checks, and for the emitters.
  expect(asked).toEqual([path]);
  (await loading).stop();
});
