import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseContract } from '../scripts/parse/load.ts';
import { runCommand } from './fixtures/run-command.ts';

const checkout = fileURLToPath(new URL('..', import.meta.url));
const documents = join(checkout, 'scripts/fixtures/documents');
const home = process.cwd();
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wirepact-init-'));
  process.chdir(folder);
});

afterEach(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

const wirepact = (...args: string[]) => runCommand(args);

/** As an installed package has it. */
function install(): void {
  mkdirSync('node_modules');
  symlinkSync(checkout, 'node_modules/wirepact');
}

/** Copies a document with what it includes. */
function take(name: string): string {
  cpSync(join(documents, 'schemas'), 'schemas', { recursive: true });
  const path = name.endsWith('.json') ? 'asyncapi.json' : 'asyncapi.yaml';
  cpSync(join(documents, name), path);
  return path;
}

/** Whether a line has all of another, in its order. */
function isWithin(part: string, whole: string): boolean {
  let from = 0;
  for (const character of part) {
    from = whole.indexOf(character, from) + 1;
    if (from === 0) return false;
  }
  return part.trim() !== '' || whole.trim() === '';
}

async function judge(document: string, ...rules: readonly string[]): Promise<void> {
  const filters = rules.flatMap((rule) => ['--rule', rule]);
  const { code, out, err } = await wirepact(
    'test',
    'server',
    '--target',
    'target.yaml',
    '--contract',
    document,
    ...filters,
  );
  const { cases } = JSON.parse(readFileSync('reports/report.json', 'utf8')) as {
    cases: { instance: string; verdict: string }[];
  };
  const broken = cases.filter(({ verdict }) => !['pass', 'not-applicable', 'not-testable'].includes(verdict));
  expect(
    broken.map(({ instance, verdict }) => `${instance} ${verdict}`),
    out + err,
  ).toEqual([]);
  expect(cases.filter(({ verdict }) => verdict === 'pass').length).toBeGreaterThan(0);
  expect([0, 3]).toContain(code);
}

test('from nothing: a document and a target file, with which everything works at once', {
  timeout: 240_000,
}, async () => {
  install();
  const { code, out } = await wirepact('init');
  expect([code, readdirSync('.').sort()]).toEqual([0, ['asyncapi.yaml', 'node_modules', 'target.yaml']]);
  expect(out).toContain('npx wirepact test server --target target.yaml');
  expect(await wirepact('lint')).toMatchObject({ code: 0, out: 'ok asyncapi.yaml (1 channel, 6 messages)', err: '' });
  expect(await wirepact('generate')).toMatchObject({ code: 0, err: '' });
  await judge('asyncapi.yaml', 'delivery/*', 'auth/*', 'handshake/*', 'limits/size*');
});

test.each([
  ['chat.yaml', ['handshake/*', 'delivery/receivers']],
  ['game.yaml', ['handshake/*', 'delivery/receivers']],
  ['telemetry.yaml', ['handshake/*', 'delivery/receivers']],
  ['market-data.yaml', ['handshake/*', 'delivery/receivers']],
  // Nothing tells its broadcasts apart, and one of its schemas is inside itself.
  ['editing.yaml', ['handshake/*', 'delivery/receivers', 'validation/bounds-accepted']],
  ['notifications.json', ['handshake/*', 'delivery/receivers']],
] as const)(
  '%s gets what it lacks, and works at once',
  async (name, rules) => {
    install();
    const path = take(name);
    const before = readFileSync(path, 'utf8');
    expect(await wirepact('init')).toMatchObject({ code: 0, err: '' });
    const after = readFileSync(path, 'utf8');
    // Whatever stood there stands there still, in its order, though with keys between.
    const lines = after.split('\n');
    for (const line of before.split('\n')) {
      const at = lines.findIndex((one) => isWithin(line, one));
      expect(at, line).toBeGreaterThanOrEqual(0);
      lines.splice(0, at + 1);
    }
    const contract = parseContract(path);
    for (const channel of contract.channels) {
      expect(channel.reconnect).not.toBeNull();
      expect(channel.heartbeats.length).toBeGreaterThan(0);
      for (const { delivery } of channel.serverMessages) expect(delivery).not.toBeNull();
    }
    expect(await wirepact('lint', '--no-official')).toMatchObject({
      code: 0,
      err: expect.not.stringMatching(/ (error|warning) {2}/),
    });
    expect(await wirepact('generate', path, '--no-official')).toMatchObject({ code: 0 });
    // A second time there is nothing left to add.
    expect(await wirepact('init')).toMatchObject({ code: 0, out: expect.stringContaining('lacks no key') });
    expect(readFileSync(path, 'utf8')).toBe(after);
    await judge(path, ...rules);
  },
  240_000,
);

test('what the document says is filled in', async () => {
  take('market-data.yaml');
  await wirepact('init');
  const [, orders] = parseContract('asyncapi.yaml').channels;
  expect(orders).toMatchObject({
    envelope: { discriminator: '/event', id: '/reqid' },
    heartbeats: [{ initiator: 'client', kind: 'message', ping: 'ping', pong: 'pong' }],
  });
  const pong = orders?.serverMessages.find(({ key }) => key === 'pong');
  expect(pong).toMatchObject({ delivery: { to: 'direct' }, triggers: [{ on: 'message', message: 'ping' }] });
  // The discriminator of this one might have been absent.
  expect(pong?.schema.required).toEqual(['event']);
});

test('the error message, the token and the rooms are found by name and shape', async () => {
  take('game.yaml');
  await wirepact('init');
  const match = parseContract('asyncapi.yaml').channels[1];
  expect(match).toMatchObject({
    error: { message: 'error', text: '/reason', code: null },
    room: { parameter: 'id', joinOnOpen: false, join: { message: 'join' } },
  });
  rmSync('target.yaml');
  take('chat.yaml');
  await wirepact('init');
  const [rooms] = parseContract('asyncapi.yaml').channels;
  expect(rooms).toMatchObject({
    auth: {
      scheme: 'token',
      parameter: 'token',
      answers: [{ when: 'missing', code: 4001 }, {}, {}, {}],
      ready: [{ on: 'message', message: 'hello' }],
    },
    room: { scope: 'room', parameter: 'roomId', joinOnOpen: true },
  });
  const message = rooms?.serverMessages.find(({ key }) => key === 'message');
  expect(message).toMatchObject({
    delivery: { to: 'room' },
    triggers: [{ on: 'message', message: 'outgoingMessage' }],
  });
  expect(readFileSync('asyncapi.yaml', 'utf8')).toContain('# Decide: who receives it');
});

test('comments, line ends and what is decided already stay as they are', async () => {
  const text = `# The desk.\r\nasyncapi: 3.0.0 # no newer\r\ninfo: { title: Desk,   version: '1' }\r\nservers: { a: { host: localhost, protocol: ws } }\r\nchannels:\r\n  desk:\r\n    # Where it is.\r\n    address: /desk\r\n    x-ws-reconnect: { initialMs: 7, multiplier: 1 } # ours\r\n    # What is said.\r\n    messages:\r\n      tell: { payload: { type: object } }\r\noperations:\r\n  tell: { action: send, channel: { $ref: '#/channels/desk' } }\r\n`;
  writeFileSync('asyncapi.yaml', text);
  expect(await wirepact('init')).toMatchObject({ code: 0, err: '' });
  const lines = readFileSync('asyncapi.yaml', 'utf8').split('\r\n');
  const at = (line: string) => lines.findIndex((one) => one.includes(line));
  expect(at('# What is said.')).toBe(at('    messages:') - 1);
  expect(at('x-ws-close-codes')).toBeGreaterThan(at('# ours'));
  expect(lines.filter((line) => line.includes('x-ws-reconnect'))).toEqual([
    '    x-ws-reconnect: { initialMs: 7, multiplier: 1 } # ours',
  ]);
  for (const line of text.split('\r\n')) if (!line.includes('tell: { payload')) expect(lines).toContain(line);
});

test('nothing is overwritten, and each refusal says what to do', async () => {
  writeFileSync('mine.yaml', 'mine');
  expect(await wirepact('init', '--target', 'mine.yaml')).toMatchObject({
    code: 4,
    err: expect.stringMatching(/mine\.yaml is there already.*Name another/),
  });
  expect(readdirSync('.')).toEqual(['mine.yaml']);
  expect(await wirepact('init', 'nowhere/a.yaml')).toMatchObject({
    code: 4,
    err: expect.stringContaining('no folder nowhere'),
  });
  expect(await wirepact('init', 'a.json')).toMatchObject({ code: 4, err: expect.stringContaining('YAML') });
  writeFileSync('target.yaml', 'mine');
  expect(await wirepact('init')).toMatchObject({
    code: 0,
    out: expect.stringContaining('target.yaml is there already'),
  });
  expect(readFileSync('target.yaml', 'utf8')).toBe('mine');
  writeFileSync('asyncapi.yaml', 'asyncapi: 2.6.0\n');
  expect(await wirepact('init')).toMatchObject({ code: 1, err: expect.stringContaining('left as it is') });
  expect(readFileSync('asyncapi.yaml', 'utf8')).toBe('asyncapi: 2.6.0\n');
});
