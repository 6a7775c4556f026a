import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { parseContract } from '../scripts/parse/load.ts';
import { runCommand } from './fixtures/run-command.ts';

/** A message with text properties, the others with their types. */
const payload = (type: string, properties: { readonly [name: string]: object } = {}) =>
  JSON.stringify({
    payload: {
      type: 'object',
      required: ['type', ...Object.keys(properties)],
      properties: { type: { const: type }, ...properties },
    },
  });
const text = { type: 'string' };
const integer = { type: 'integer' };

const fromClient = {
  join: payload('join'),
  ping: payload('ping'),
  say: payload('say', { client_id: text, text }),
  resync: payload('resync', { last_seq: integer }),
  closeRoom: payload('close_room').replace('{', '{ "summary": "Ends it. Only the host may do so.", '),
  raiseHand: payload('raise_hand').replace('{', '{ "description": "One must have joined the room.", '),
};
const fromServer = {
  snapshot: payload('snapshot', { seq: integer }),
  pong: payload('pong'),
  said: payload('said', { seq: integer, client_id: text, user_id: text, text }),
  handRaised: payload('hand_raised', { seq: integer, user_id: text }),
  ack: payload('ack', { client_id: text }),
  memberJoined: payload('member_joined', { user_id: text }),
  memberLeft: payload('member_left', { user_id: text }),
  error: payload('error', { code: text, text }),
};

const operation = (name: string, action: string, keys: readonly string[]) => {
  const messages = keys.map((key) => `{ $ref: '#/channels/workshop/messages/${key}' }`).join(', ');
  return `  ${name}:\n    action: ${action}\n    channel: { $ref: '#/channels/workshop' }\n    messages: [${messages}]`;
};

function documentWith(client: object, server: object): string {
  const messages = Object.entries({ ...client, ...server }).map(([key, message]) => `      ${key}: ${message}`);
  return [
    'asyncapi: 3.0.0',
    'info: { title: Workshop, version: "1" }',
    "servers: { main: { host: localhost, protocol: ws, security: [{ $ref: '#/components/securitySchemes/token' }] } }",
    'channels:',
    '  workshop:',
    '    address: /workshop/{roomId}',
    '    parameters: { roomId: { description: The room. } }',
    '    messages:',
    ...messages,
    'operations:',
    ...Object.keys(client).map((key) => operation(key, 'receive', [key])),
    operation('tell', 'send', Object.keys(server)),
    'components: { securitySchemes: { token: { type: httpApiKey, name: token, in: query } } }',
    '',
  ].join('\n');
}

const checkout = fileURLToPath(new URL('..', import.meta.url));
const home = process.cwd();
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'wirepact-inferred-'));
  process.chdir(folder);
  // As an installed package has it.
  mkdirSync('node_modules');
  symlinkSync(checkout, 'node_modules/wirepact');
  onTestFinished(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true, force: true });
  });
});

async function inferred(document: string) {
  writeFileSync('asyncapi.yaml', document);
  const outcome = await runCommand(['init']);
  expect(outcome).toMatchObject({ code: 0, err: '' });
  const channel = parseContract('asyncapi.yaml').channels[0]!;
  const written = readFileSync('asyncapi.yaml', 'utf8');
  return {
    channel,
    written,
    outcome,
    client: (key: string) => channel.clientMessages.find((message) => message.key === key),
  };
}

/** The line of a key, and the one above it. */
const commentOf = (written: string, key: string): string => {
  const lines = written.split('\n');
  return lines[lines.findIndex((line) => line.trimStart().startsWith(key)) - 1] ?? '';
};

test('presence: who came and who went, and where the user is named', async () => {
  const { channel, written } = await inferred(documentWith(fromClient, fromServer));
  expect(channel.room?.presence).toMatchObject({
    joined: { message: 'memberJoined', match: [] },
    left: { message: 'memberLeft', match: [] },
    per: 'user',
    user: '/user_id',
  });
  const triggers = channel.serverMessages.filter(({ key }) => key.startsWith('member'));
  expect(triggers).toMatchObject([
    {
      delivery: { to: 'other-users' },
      triggers: [{ on: 'join', fields: [{ target: '/user_id', source: { from: 'user-id' } }] }],
    },
    {
      delivery: { to: 'other-users' },
      triggers: [{ on: 'leave', fields: [{ target: '/user_id', source: { from: 'user-id' } }] }],
    },
  ]);
  expect(commentOf(written, 'x-ws-room')).toMatch(/# Decide: .*presence/);
});

test('presence by one message that says which', async () => {
  const { memberJoined: _, memberLeft: __, ...others } = fromServer;
  const status = { type: 'string', enum: ['online', 'away', 'offline'] };
  const { channel } = await inferred(
    documentWith(fromClient, { ...others, member: payload('member', { user_id: text, status }) }),
  );
  expect(channel.room?.presence).toMatchObject({
    joined: { message: 'member', match: [{ pointer: '/status', value: 'online' }] },
    left: { message: 'member', match: [{ pointer: '/status', value: 'offline' }] },
  });
  expect(channel.serverMessages.find(({ key }) => key === 'member')?.triggers).toMatchObject([
    { on: 'join' },
    { on: 'leave' },
  ]);
});

test('resync: what is numbered and goes to all, what asks for it, and the state that stands in for it', async () => {
  const { channel, written } = await inferred(documentWith(fromClient, fromServer));
  expect(channel.resync).toMatchObject({
    scope: 'room',
    sequence: '/seq',
    messages: ['said', 'handRaised'],
    request: { message: 'resync', lastSequence: '/last_seq', lastTimestamp: null },
    snapshot: { message: 'snapshot', sequence: '/seq' },
    client: { afterReconnect: ['join', 'resync'] },
  });
  expect(commentOf(written, 'x-ws-resync')).toContain('# Decide: which messages are numbered');
});

test('without a number, or without a message that asks, there is no resync', async () => {
  const { resync: _, ...silent } = fromClient;
  expect((await inferred(documentWith(silent, fromServer))).channel.resync).toBeNull();
  rmSync('target.yaml');
  const unnumbered = Object.fromEntries(
    Object.entries(fromServer).map(([key, one]) => [key, one.replaceAll('seq', 'size')]),
  );
  expect((await inferred(documentWith(fromClient, unnumbered))).channel.resync).toBeNull();
});

test('roles and membership, where the document speaks of them', async () => {
  const { channel, client, written } = await inferred(documentWith(fromClient, fromServer));
  expect(client('closeRoom')?.requires).toMatchObject([{ condition: 'role', role: 'host', error: 'forbidden' }]);
  expect(client('raiseHand')?.requires).toMatchObject([{ condition: 'membership', error: 'not-joined' }]);
  expect(client('join')?.requires).toEqual([]);
  expect(client('say')?.requires).toEqual([]);
  // What is refused needs a code.
  const conditions = channel.error?.codes.map(({ when }) => when);
  expect(conditions).toEqual(expect.arrayContaining(['forbidden', 'not-joined', 'id-reused']));
  expect(written).toMatch(/# Decide: whether the server really refuses all others\.[\s\S]*x-ws-requires/);
});

test('a repeat is known by the id of the client that comes back', async () => {
  const { channel, client } = await inferred(documentWith(fromClient, fromServer));
  expect(client('say')?.idempotent).toMatchObject({
    property: '/client_id',
    answer: 'ack',
    echo: { message: 'said', property: '/client_id' },
    conflict: 'id-reused',
  });
  expect(channel.serverMessages.find(({ key }) => key === 'ack')).toMatchObject({
    delivery: { to: 'direct' },
    triggers: [{ on: 'message', message: 'say' }],
  });
  expect(channel.serverMessages.find(({ key }) => key === 'said')).toMatchObject({
    delivery: { to: 'room' },
    triggers: [{ on: 'message', message: 'say' }],
  });
  for (const key of ['join', 'resync', 'closeRoom']) expect(client(key)?.idempotent).toBeNull();
});

test('an operation of several messages is left alone, and so is what cannot be refused', async () => {
  const several = documentWith(fromClient, fromServer).replace(
    /( {2}closeRoom:\n.*\n.*\n {4}messages: \[)/,
    "$1{ $ref: '#/channels/workshop/messages/say' }, ",
  );
  const { client } = await inferred(several.replace(/^ {2}say:\n.*\n.*\n {4}messages.*\n/m, ''));
  expect([client('closeRoom')?.requires, client('say')?.idempotent]).toEqual([[], null]);
  rmSync('target.yaml');
  const { error: _, ...silent } = fromServer;
  const unrefused = await inferred(documentWith(fromClient, silent));
  expect(unrefused.client('closeRoom')?.requires).toEqual([]);
});

test('where the guesses by name do not fit what is decided already, they are left out', async () => {
  // A snapshot that others get is none to resync by.
  const snapshot = fromServer.snapshot.replace('{', '{ "x-ws-delivery": { "to": "other-users" }, ');
  const { channel, client } = await inferred(documentWith(fromClient, { ...fromServer, snapshot }));
  expect([channel.resync, channel.room?.presence, client('say')?.idempotent]).toEqual([null, null, null]);
  expect(channel.reconnect).not.toBeNull();
});

test('what was guessed holds: the mock of it passes', { timeout: 240_000 }, async () => {
  await inferred(documentWith(fromClient, fromServer));
  const rules = ['presence/*', 'resync/*', 'sequence/*', 'permission/*', 'request/idempotent*'];
  const { code, out, err } = await runCommand([
    ...['test', 'server', '--target', 'target.yaml', '--strict'],
    ...rules.flatMap((rule) => ['--rule', rule]),
  ]);
  const { cases } = JSON.parse(readFileSync('reports/report.json', 'utf8')) as {
    readonly cases: readonly { readonly instance: string; readonly rule: string; readonly verdict: string }[];
  };
  const broken = cases.filter(({ verdict }) => !['pass', 'not-applicable', 'not-testable'].includes(verdict));
  expect(
    broken.map(({ instance, verdict }) => `${instance} ${verdict}`),
    out + err,
  ).toEqual([]);
  const passed = new Set(cases.filter(({ verdict }) => verdict === 'pass').map(({ rule }) => rule.split('/')[0]));
  expect([...passed].sort()).toEqual(['permission', 'presence', 'request', 'resync', 'sequence']);
  expect([0, 3]).toContain(code);
});
