import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { runCommand } from './fixtures/run-command.ts';

const document = (format: string) => `asyncapi: 3.1.0
info: { title: Whispers, version: 1.0.0 }
servers: { all: { host: localhost, protocol: ws, pathname: /, security: [{ $ref: '#/components/securitySchemes/key' }] } }
channels:
  hall:
    address: /hall
    bindings: { ws: { query: { type: object, properties: { key: { type: string } } } } }
    messages:
      ask: { $ref: '#/components/messages/ask' }
      told: { $ref: '#/components/messages/told' }
    x-ws-envelope: { discriminator: /type }
    x-ws-auth:
      scheme: key
      format: ${format}${format === 'jwt' ? '\n      algorithms: [HS256]\n      claims: [{ name: sub, required: true }, { name: exp, required: true }]' : ''}
      answers: [{ when: missing, close: 4001 }, { when: invalid, close: 4001 }, { when: expired, close: 4001 }]
      ready: [{ on: open, afterMs: 100 }]
    x-ws-close-codes:
      - { code: 4001, name: refused, sentBy: server, when: [auth], client: stop }
      - { code: other, name: other, sentBy: both, when: [error], client: retry }
    x-ws-reconnect: { initialMs: 1000, multiplier: 2, jitter: 0.5, spreadMs: 1000, stableMs: 1000, handshakeTimeoutMs: 2000, tokenTimeoutMs: 2000, offlineRetryMs: 30000 }
    x-ws-room: { scope: channel }
operations:
  ask:
    action: receive
    channel: { $ref: '#/channels/hall' }
    messages: [{ $ref: '#/channels/hall/messages/ask' }]
    reply: { channel: { $ref: '#/channels/hall' }, messages: [{ $ref: '#/channels/hall/messages/told' }] }
  told:
    action: send
    channel: { $ref: '#/channels/hall' }
    messages: [{ $ref: '#/channels/hall/messages/told' }]
components:
  securitySchemes: { key: { type: httpApiKey, in: query, name: key } }
  messages:
    ask:
      payload: { title: Ask, type: object, required: [type], properties: { type: { type: string, const: ask } } }
      examples: [{ payload: { type: ask } }]
    told:
      payload: { title: Told, type: object, required: [type], properties: { type: { type: string, const: told } } }
      examples: [{ payload: { type: told } }]
      x-ws-delivery: { to: direct }
      x-ws-trigger: [{ on: message, message: ask }]
`;

/** Says every token that it sees wherever a server can say one, and keeps a list of them. */
async function startChatterbox(): Promise<{ url: string; seen: Set<string>; close(): void }> {
  const seen = new Set<string>();
  const note = (address = '') => {
    const { searchParams } = new URL(address, 'http://localhost');
    for (const value of searchParams.values()) seen.add(value);
    return [...searchParams.values()].join(' ');
  };
  const http = createServer((request, response) => response.writeHead(404).end(`no ${note(request.url)}`));
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (socket, request) => {
    const token = note(request.url);
    socket.on('error', () => socket.terminate());
    socket.on('message', (text) => {
      socket.send(JSON.stringify({ type: 'told', echo: token, url: request.url }));
      if (String(text).length > 60) socket.close(4999, token.slice(0, 100));
    });
    socket.send(`hello ${token}`);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const close = () => {
    for (const socket of sockets.clients) socket.terminate();
    http.closeAllConnections();
    http.close();
  };
  return { url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`, seen, close };
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wirepact-secrets-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const jwt = 'tokens: { secret: a-secret-of-the-suite-which-is-long-enough }\nusers: [1, 2, 3]';
const opaque = `users:
  - { id: 1, token: opaque+one/with=signs }
  - { id: 2, token: "quote\\"and\\\\slash-of-two" }
  - { id: 3, tokenCommand: [node, -e, "console.log('printed-for-three-' + 'x'.repeat(9))"] }
faultyTokens: { expired: long-gone-token-of-one }`;

interface Written {
  readonly printed: readonly string[];
  readonly files: readonly string[];
  readonly code: number;
}

/** Runs the command; everything that it printed, and every file that it left. */
async function outputOf(...args: readonly string[]): Promise<Written> {
  const out = join(folder, 'out');
  const printed: string[] = [];
  // Progress goes to the stream itself.
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => printed.push(String(chunk)) > 0);
  const print = (text: string) => void printed.push(text);
  const contract = ['--contract', join(folder, 'api.yaml'), '--report', out, '--time-scale', '0.05'];
  const { code } = await runCommand([...args, ...contract], { print, warn: print, color: true, verbose: true });
  const files = readdirSync(out).map((name) => readFileSync(join(out, name), 'utf8'));
  expect(files).toHaveLength(4);
  return { code, printed, files };
}

function expectNone(given: Iterable<string>, { printed, files }: Written): void {
  // Of shorter ones the suite makes some to be refused: `x`, or nothing at all.
  const tokens = [...given].filter((token) => token.length >= 8);
  expect(tokens.length).toBeGreaterThan(0);
  const all = [printed.join('\n'), ...files];
  expect(all.join('')).toContain('[token]');
  for (const token of tokens) {
    const forms = [token, encodeURIComponent(token), JSON.stringify(token).slice(1, -1), token.split('.')[2] ?? ''];
    for (const form of forms.filter((one) => one.length >= 8)) {
      for (const [index, text] of all.entries()) {
        const at = text.indexOf(form);
        expect(at, `${form} in output ${index}: ${text.slice(Math.max(0, at - 200), at + 200)}`).toBe(-1);
      }
    }
  }
}

const each = [
  ['jwt', jwt],
  ['opaque', opaque],
] as const;

test.each(each)(
  'no output of a run against a server has one of its tokens in it: %s',
  { timeout: 240_000 },
  async (format, target) => {
    const server = await startChatterbox();
    writeFileSync(join(folder, 'api.yaml'), document(format));
    writeFileSync(
      join(folder, 'target.yaml'),
      `target: { url: '${server.url}' }\n${target}\nrun: { timeoutMs: 1000 }\n`,
    );
    const rules = ['auth/*', 'handshake/a*', 'delivery/receivers', 'validation/s*'].flatMap((rule) => ['--rule', rule]);
    const written = await outputOf('test', 'server', '--target', join(folder, 'target.yaml'), ...rules);
    server.close();
    expect(written.code, written.printed.join('\n')).toBe(1);
    expect(server.seen.size).toBeGreaterThan(3);
    expectNone(server.seen, written);
  },
);

const chatterbox = fileURLToPath(new URL('fixtures/chatterbox-adapter.ts', import.meta.url));
const adapter = `${process.execPath} --conditions=@wirepact/source --import ${import.meta.resolve('tsx')} ${chatterbox}`;

test('nor has one of a run against a client', { timeout: 240_000 }, async () => {
  writeFileSync(join(folder, 'api.yaml'), document('jwt'));
  const seen = join(folder, 'seen');
  vi.stubEnv('CHATTERBOX_SEEN', seen);
  const rules = ['auth/*', 'reconnect/one*', 'validation/client-sends*'].flatMap((rule) => ['--rule', rule]);
  const written = await outputOf('test', 'client', '--adapter', adapter, ...rules);
  expect(written.code, written.printed.join('\n')).toBe(1);
  expectNone(readFileSync(seen, 'utf8').trim().split('\n'), written);
});

test.each(each)('nor has one of a run of a pair: %s', { timeout: 240_000 }, async (format, target) => {
  const server = await startChatterbox();
  writeFileSync(join(folder, 'api.yaml'), document(format));
  writeFileSync(join(folder, 'target.yaml'), `target: { url: '${server.url}' }\n${target}\nrun: { timeoutMs: 1000 }\n`);
  const pair = ['--target', join(folder, 'target.yaml'), '--adapter', adapter, '--schedules', '3'];
  const written = await outputOf('test', 'pair', ...pair);
  server.close();
  expect(written.code, written.printed.join('\n')).toBe(1);
  expectNone(server.seen, written);
});
