import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@redis/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTarget, runServerConformance } from '../conformance/index.ts';
import { RedisServer, withoutRedis } from '../runtime/server/fixtures/redis-server.ts';
import { parseContract } from '../scripts/parse/load.ts';
import { openEngine } from './engines.ts';
import { start } from './serve.ts';

const bundled = fileURLToPath(new URL('../asyncapi.yaml', import.meta.url));
const targetFile = fileURLToPath(new URL('../reference-server/target.yaml', import.meta.url));
const secret = 'wirepact-development-secret-which-everybody-knows';
const folder = mkdtempSync(join(tmpdir(), 'wirepact-engines-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What an engine is asked for: numbers and histories, who is there, and repeats. */
const rules = ['sequence/*', 'resync/replay*', 'resync/live*', 'resync/*-joins', 'presence/*', 'request/idempotent*'];

/** What the suite says of the bundled server on that engine. */
const judge = async (engine: string) => {
  const io = { print: () => {}, warn: () => {}, color: false, verbose: false };
  const served = await start(
    { contract: bundled, port: 0, host: '127.0.0.1', engine, timeScale: 0.05, control: 0, secret },
    io,
  );
  const { start: _start, identity: _identity, ...target } = await readTarget(targetFile);
  const door = { http: `${served.controlUrl}`, method: 'POST', headers: {} } as const;
  const hooks = { publish: door, drop: door, 'expire-token': door };
  const result = await runServerConformance(parseContract(bundled), { ...target, url: served.url, hooks }, { rules });
  await served.close();
  expect(result.harnessError).toBeUndefined();
  const broken = result.cases.filter(({ verdict }) => verdict === 'fail' || verdict === 'error');
  expect(broken.map(({ instance, observed }) => [instance, observed])).toEqual([]);
  return result.cases.filter(({ verdict }) => verdict === 'pass').length;
};

describe('the bundled server keeps its contract', () => {
  test('on SQLite', { timeout: 300_000 }, async () => {
    expect(await judge(`sqlite:${join(folder, 'bundled.db')}`)).toBeGreaterThan(40);
  });

  describe.skipIf(withoutRedis)('with Redis', () => {
    let redis: RedisServer;
    beforeAll(async () => {
      redis = await RedisServer.start();
    });
    afterAll(() => redis.stop());

    test('on Redis', { timeout: 300_000 }, async () => {
      expect(await judge(redis.url)).toBeGreaterThan(40);
    });

    test('a process counts as living for as long as the time scale says', async () => {
      const watcher = await createClient({ url: redis.url }).connect();
      const leaseOf = async (timeScale: number): Promise<number> => {
        await watcher.flushAll();
        const openedAt = Date.now();
        const engine = await openEngine(redis.url, () => {}, timeScale);
        const [lease] = await watcher.zRangeWithScores('wirepact:leases', 0, -1);
        await engine.close?.();
        return lease!.score - openedAt;
      };
      const [whole, half, least] = [await leaseOf(1), await leaseOf(0.5), await leaseOf(0.01)];
      // Nothing is as quick as its clock: each is read a little after it began.
      expect(whole).toBeGreaterThanOrEqual(20_000);
      expect(half).toBeGreaterThanOrEqual(10_000);
      expect(half).toBeLessThan(20_000);
      expect(least).toBeGreaterThanOrEqual(4000);
      expect(least).toBeLessThan(10_000);
      await watcher.close();
    });
  });
});

/** What outlives the server is asked of a server that the suite starts, and starts again. */
const goesOn = async (kind: string) => {
  const file = fileURLToPath(new URL(`../reference-server/target-${kind}.yaml`, import.meta.url));
  const rules = ['resync/survives-restart', 'request/idempotent-repeat', 'shutdown/exits-in-time'];
  const result = await runServerConformance(parseContract(bundled), file, { rules, channels: ['arena', 'chat'] });
  expect(result.harnessError).toBeUndefined();
  const others = result.cases.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable');
  expect(others.map(({ instance, verdict, observed }) => [instance, verdict, observed])).toEqual([]);
  return result.cases.filter(({ verdict }) => verdict === 'pass').length;
};

describe('the suite starts, and starts again, the bundled server', () => {
  test('on SQLite', { timeout: 300_000 }, async () => {
    expect(await goesOn('sqlite')).toBeGreaterThan(1);
  });

  test.skipIf(withoutRedis)('on Redis', { timeout: 300_000 }, async () => {
    expect(await goesOn('redis')).toBeGreaterThan(1);
  });
});

test.each([
  ['paper', 'There is no engine "paper". Known: memory, sqlite:FILE, redis:URL.'],
  ['sqlite', 'There is no engine "sqlite". Known: memory, sqlite:FILE, redis:URL.'],
  ['memory:x', 'There is no engine "memory:x".'],
  ['redis://127.0.0.1:1', 'Redis cannot be reached at redis://127.0.0.1:1'],
  ['sqlite:/no/such/folder/x.db', '/no/such/folder/x.db cannot be opened as a SQLite database'],
])('says in a sentence what is wrong with %s', async (text, sentence) => {
  await expect(openEngine(text)).rejects.toThrow(sentence);
});
