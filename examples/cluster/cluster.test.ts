import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { readTarget, runServerConformance } from '../../conformance/index.ts';
import { parseContract } from '../../scripts/parse/load.ts';
import { missingFor } from '../installed.ts';
import { freePort } from './free-port.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const missing = missingFor('cluster');
const everything = process.env.WIREPACT_REQUIRE_ALL === '1';
const secret = 'wirepact-development-secret-which-everybody-knows';
const patienceMs = 300_000;

/** What two processes can break that one cannot; the whole suite: `wirepact test server --target examples/cluster/target.yaml`. */
const rules = [
  'auth/missing*',
  'delivery/*',
  'presence/*',
  'sequence/*',
  'resync/replay*',
  'resync/live*',
  'request/idempotent*',
  'limits/size*',
];

describe.skipIf(missing !== null && !everything)('two processes behind nginx, with Redis', () => {
  let cluster: ChildProcess;
  let ended: Promise<number | null>;
  let port = 0;
  let processes: number[] = [];
  let printed = '';

  beforeAll(async () => {
    expect(missing).toBeNull();
    port = await freePort();
    const { timeScale } = await readTarget(here('target.yaml'));
    const args = ['--import', 'tsx', 'start.ts', '--port', String(port), '--time-scale', String(timeScale)];
    const env = { ...process.env, WIREPACT_SECRET: secret };
    cluster = spawn(process.execPath, args, { cwd: here('.'), env, stdio: ['ignore', 'pipe', 'pipe'] });
    cluster.stderr?.on('data', (data) => {
      printed += String(data);
    });
    ended = new Promise((resolve) => cluster.once('exit', resolve));
    const said = await new Promise<string>((resolve, reject) => {
      cluster.stdout?.once('data', (data) => resolve(String(data)));
      cluster.once('exit', (code) => reject(new Error(`The cluster ended with ${code}.`)));
    });
    processes = /processes (.*)/.exec(said)?.[1]?.split(',').map(Number) ?? [];
  }, patienceMs);
  afterAll(() => {
    cluster?.kill('SIGKILL');
  });

  it('spreads the clients over both', async () => {
    const served = await Promise.all(
      Array.from(
        { length: 4 },
        () =>
          new Promise<string>((resolve, reject) => {
            const socket = new WebSocket(`ws://127.0.0.1:${port}/chat/ws/chat/lobby/`);
            socket.on('upgrade', (response) => {
              resolve(String(response.headers['x-process']));
              socket.terminate();
            });
            socket.on('error', reject);
          }),
      ),
    );
    expect(processes).toHaveLength(2);
    expect(new Set(served).size).toBe(2);
  });

  it('keeps the contract', { timeout: patienceMs }, async () => {
    const { start: _start, identity: _identity, hooks: _hooks, ...target } = await readTarget(here('target.yaml'));
    const door = { http: `http://127.0.0.1:${port}/control`, method: 'POST', headers: {} } as const;
    const hooks = { publish: door, drop: door, 'expire-token': door };
    const url = `ws://127.0.0.1:${port}`;
    const result = await runServerConformance(
      parseContract(here('../../asyncapi.yaml')),
      { ...target, url, hooks },
      { rules },
    );
    expect(result.harnessError).toBeUndefined();
    const broken = result.cases.filter(({ verdict }) => verdict === 'fail' || verdict === 'error');
    expect(broken.map(({ instance, observed }) => [instance, observed])).toEqual([]);
    expect(result.cases.filter(({ verdict }) => verdict === 'pass').length).toBeGreaterThan(60);
  });

  it('ends its servers by the contract, leaves nothing running, and has printed no token', {
    timeout: patienceMs,
  }, async () => {
    cluster.kill('SIGTERM');
    expect(await ended).toBe(0);
    for (const pid of processes) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
    expect(printed).not.toMatch(/token=/i);
  });
});
