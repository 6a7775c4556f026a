import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createFakeClock, createFakeServer } from 'wirepact/testing';
import { arenaClient, arenaTable } from '../generated/channels/arena/client.ts';
import { validators } from '../generated/channels/arena/validators.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What the pages leave to the application. */
const application = `
declare const token: () => Promise<string>;
declare function show(...values: unknown[]): void;
declare function apply(update: object): void;
export {};
`;

function snippets(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
}

test('every snippet of the client compiles', () => {
  const page = snippets('docs/client-api.md');
  const readme = snippets('README.md').filter((code) => code.includes('/client.ts'));
  expect([page.length, readme.length]).toEqual([7, 1]);
  // Inside the checkout, where the package's own name resolves.
  const folder = mkdtempSync(join(root, '.snippets-'));
  try {
    const files = [...page, ...readme].map((code, index) => {
      const name = `snippet${index}.ts`;
      writeFileSync(join(folder, name), application + code.replaceAll("'./generated/", "'../generated/"));
      return name;
    });
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: '../tsconfig.json', include: [], files, compilerOptions: { noEmit: true } }),
    );
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { cwd: root, encoding: 'utf8' });
    expect(stdout.split('\n').filter((line) => line.startsWith(basename(folder)) || line.startsWith('error'))).toEqual(
      [],
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the fake server does what the page says, and refuses what the contract does not allow', async () => {
  const clock = createFakeClock();
  const server = createFakeServer(arenaTable, { clock, validators });
  const client = arenaClient({
    url: 'ws://localhost',
    parameters: { roomId: 'lobby' },
    token: 'any',
    clock,
    WebSocket: server.WebSocket,
  });
  const heard: unknown[] = [];
  client.on('CHAT', ({ text }) => heard.push(text));
  client.connect();
  await clock.advance(1);
  server.latest.send('STATE_SNAPSHOT', { seq: 0, state: {} });
  server.latest.send('CHAT', { seq: 1, timestamp: '2025-01-01T00:00:00.000Z', text: 'hello' });
  expect(heard).toEqual(['hello']);
  expect(() => server.latest.send('CHAT', { seq: 'one' })).toThrow(
    'The server of the contract never sends this: CHAT must',
  );
  expect(() => server.latest.send('NOPE')).toThrow('NOPE is no message of it; there are STATE_SNAPSHOT, ');

  void client.send('CHAT', { text: '' });
  await clock.advance(1);
  expect(server.breaches).toEqual(['CHAT must NOT have fewer than 1 characters at /text.']);
  server.latest.cut();
  await clock.advance(41_000);
  expect([client.state.name, server.connections.length]).toEqual(['connected', 2]);
  server.latest.close(1012);
  expect(client.state).toMatchObject({ name: 'reconnecting', code: 1012 });
  expect(client.state.retryAt! - clock.now()).toBeLessThanOrEqual(5000);
  server.handshake = 'refuse';
  await clock.advance(6000);
  expect(client.state).toMatchObject({ name: 'reconnecting', code: 1006 });
  client.dispose();
});
