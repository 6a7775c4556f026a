import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runServerConformance } from '../../conformance/run.ts';
import { readTarget } from '../../conformance/target/read-target.ts';
import { parseContract } from '../../scripts/parse/load.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const read = (path: string): string => readFileSync(here(path), 'utf8');
const patienceMs = 120_000;

it('takes at most 60 lines, and the README shows them as they are', () => {
  const sources = ['arena.ts', 'server.ts', 'fastify/server.js'].map(read);
  expect(sources.join('').split('\n').length - 1).toBeLessThanOrEqual(60);
  const [, snippet] = /```ts\n(.*?)```/s.exec(read('README.md')) ?? [];
  expect(snippet?.length).toBeGreaterThan(0);
  expect(sources[1]).toContain(snippet);
});

const families = ['handshake/*', 'auth/*', 'delivery/receivers', 'heartbeat/*', 'resync/*', 'shutdown/*'];

const judge = async (file: string): Promise<readonly string[]> => {
  const target = await readTarget(here(file));
  const result = await runServerConformance(parseContract(here('../../asyncapi.yaml')), target, { rules: families });
  expect(result.harnessError).toBeUndefined();
  expect(result.cases.filter(({ verdict }) => verdict === 'pass').length).toBeGreaterThan(50);
  return result.cases
    .filter(({ verdict }) => verdict === 'fail' || verdict === 'error')
    .map(({ instance, verdict }) => `${instance} ${verdict}`);
};

it('keeps the contract on node:http', { timeout: patienceMs }, async () => {
  expect(await judge('target.yaml')).toEqual([]);
});

it('keeps the contract on Fastify', { timeout: patienceMs }, async (context) => {
  const isInstalled = existsSync(here('fastify/node_modules/fastify'));
  if (!isInstalled && process.env.WIREPACT_REQUIRE_ALL !== '1') {
    context.skip('Fastify is not installed: npm --prefix examples/node-server/fastify ci');
  }
  expect(isInstalled).toBe(true);
  expect(await judge('fastify/target.yaml')).toEqual([]);
});

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

it('still does what it did without the rooms, and ends when it is told to', { timeout: patienceMs }, async () => {
  const port = await freePort();
  const child = spawn('node', ['--conditions=@wirepact/source', '--import', 'tsx', 'server.ts', String(port)], {
    cwd: here('.'),
  });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  let answer: string | null = null;
  while (answer === null) {
    answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } }).then(
      (response) => response.text(),
      () => null,
    );
  }
  expect(answer).toBe('The shop is open.\n');
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});
