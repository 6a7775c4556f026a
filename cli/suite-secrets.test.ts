// A run of the suite against a server that it starts; then all that both have told is searched for every token that was used.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { run } from './program.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const secret = 'a-secret-of-this-very-run-and-of-no-other-one';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wirepact-secrets-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const target = (): string => {
  const server = JSON.stringify([
    ...[process.execPath, '--conditions=@wirepact/source', '--import', join(root, 'node_modules/tsx/dist/loader.mjs')],
    ...[join(root, 'cli/fixtures/noting-server.ts'), '{port}', '{timeScale}'],
    ...[join(folder, 'addresses'), join(folder, 'told')],
  ]);
  const hook = '{ http: "http://127.0.0.1:{port}/control" }';
  return `target:
  url: ws://127.0.0.1:{port}
  start: { command: ${server}, ready: { timeoutMs: 60000 }, env: { SECRET: ${secret} } }
  identity: { env: NONCE, header: x-wirepact-nonce }
timeScale: 0.1
tokens: { secret: ${secret} }
users: [{ from: 100, to: 119 }, { id: 8, name: dana, roles: [dm] }]
outsider: { id: 9, name: oscar }
unknownUser: { id: 99, name: nobody }
channels: { tabletop: { rooms: [{ from: 1, to: 20, roles: { dm: 8 } }] }, chat: { forbiddenRooms: [backstage] } }
hooks: { publish: ${hook}, drop: ${hook}, expire-token: ${hook} }
`;
};

test('neither the suite nor the server shows a token that was used', { timeout: 400_000 }, async () => {
  writeFileSync(join(folder, 'target.yaml'), target());
  const printed: string[] = [];
  // Progress goes to the stream itself.
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => printed.push(String(chunk)) > 0);
  const print = (text: string): void => void printed.push(text);
  const io = { print, warn: print, color: true, verbose: true };
  const out = join(folder, 'out');
  const rules = ['auth/*', 'handshake/*', 'delivery/receivers', 'permission/*', 'limits/size*', 'shutdown/*'];
  const code = await run(
    [
      ...['test', 'server', '--target', join(folder, 'target.yaml'), '--contract', join(root, 'asyncapi.yaml')],
      ...['--report', out, '--channel', 'chat', '--channel', 'tabletop'],
      ...rules.flatMap((rule) => ['--rule', rule]),
    ],
    io,
  );
  expect(code, printed.join('\n')).toBe(1);

  const told = readFileSync(join(folder, 'told'), 'utf8');
  const reports = readdirSync(out).map((name) => readFileSync(join(out, name), 'utf8'));
  const all = [printed.join('\n'), told, ...reports];
  // What is searched is what was meant to be.
  expect(reports).toHaveLength(4);
  expect(all.join('')).toContain('[token]');
  expect(told).toContain('"event":"connection-opened"');
  expect(told).toContain('wirepact_handshakes_refused_total');

  const addresses = readFileSync(join(folder, 'addresses'), 'utf8').split('\n');
  const values = addresses.flatMap((address) => [...new URL(address, 'http://localhost').searchParams.values()]);
  // Of shorter ones the suite makes some to be refused: `x`, or nothing at all.
  const tokens = [...new Set(values)].filter((value) => value.length >= 20);
  expect(tokens.length).toBeGreaterThan(20);
  // The claims and the signature of a token too; its header says nothing.
  const parts = tokens.flatMap((token) => token.split('.').slice(token.includes('.') ? 1 : 0));
  for (const part of [...parts, secret].filter((one) => one.length >= 20)) {
    for (const [index, text] of all.entries()) {
      const at = text.indexOf(part);
      expect(at, `${part} in output ${index}: ${text.slice(Math.max(0, at - 200), at + 200)}`).toBe(-1);
    }
  }
});
