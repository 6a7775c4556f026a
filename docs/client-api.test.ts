import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
declare function reload(): void;
export {};
`;

function snippets(file: string, language: 'ts' | 'js'): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^```(ts|js)\n([\s\S]*?)^```$/gm)].flatMap(([, of, code = '']) =>
    of === language ? [code] : [],
  );
}

/** What the compiler finds in them. They stand in a folder of their own in `parent`, where packages resolve as they do there. */
function compile(parent: '.' | 'bench', codes: readonly string[]): string[] {
  const folder = mkdtempSync(join(root, parent, '.snippets-'));
  const up = parent === '.' ? '..' : '../..';
  try {
    const files = codes.map((code, index) => {
      const name = `snippet${index}.ts`;
      writeFileSync(join(folder, name), application + code.replaceAll("'./generated/", `'${up}/generated/`));
      return name;
    });
    const compilerOptions = { noEmit: true, skipLibCheck: true };
    const tsconfig = { extends: `${up}/tsconfig.json`, include: [], files, compilerOptions };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { cwd: root, encoding: 'utf8' });
    return stdout.split('\n').filter((line) => line.includes(basename(folder)) || line.startsWith('error'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('every snippet of the client compiles', () => {
  const page = snippets('docs/client-api.md', 'ts');
  const readme = snippets('README.md', 'ts').filter((code) => code.includes('/client.ts'));
  expect([page.length, readme.length]).toEqual([7, 1]);
  expect(compile('.', [...page, ...readme])).toEqual([]);
});

test('a snippet that names a message which the contract does not have does not', () => {
  const [arena = ''] = snippets('docs/client-api.md', 'ts');
  expect(compile('.', [arena.replace("'DELTA_UPDATE'", "'DELTA'")]).join()).toContain('DELTA');
});

const peers = ['socket.io-client', 'centrifuge', 'partysocket'];
const areInstalled = peers.every((name) => existsSync(join(root, 'bench/node_modules', name)));

test('the snippets of the peers are written for packages that the benchmarks have', () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'bench/package.json'), 'utf8'));
  const imported = snippets('docs/client-api.md', 'js').map((code) => /from '([^'/]+)/.exec(code)?.[1]);
  expect(imported).toEqual(peers);
  expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(peers));
});

test.runIf(areInstalled || process.env.WIREPACT_REQUIRE_ALL === '1')(
  'the snippets of the peers compile against those',
  () => {
    expect(areInstalled, 'npm ci --prefix bench').toBe(true);
    expect(compile('bench', snippets('docs/client-api.md', 'js'))).toEqual([]);
  },
);

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
