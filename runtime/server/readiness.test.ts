import { expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from './clock.ts';
import { redisEngine } from './engine-redis.ts';
import { FakeClock } from './fixtures/fake-clock.ts';
import { startLobby } from './fixtures/lobby-server.ts';
import { RedisServer, withoutRedis } from './fixtures/redis-server.ts';
import { ContractServer } from './server.ts';

const gone = { ready: false, because: 'The engine cannot be reached.' };

it('is there from listening on, and again after a restart', async () => {
  const idle = new ContractServer({ channels: [] });
  expect(await idle.readiness()).toEqual({ ready: false, because: 'The server does not listen yet.' });
  const { server } = await startLobby();
  onTestFinished(() => server.close());
  expect(await server.readiness()).toEqual({ ready: true });
  const restarting = server.restart();
  expect(await server.readiness()).toEqual({ ready: false, because: 'The server shuts down.' });
  await restarting;
  expect(await server.readiness()).toEqual({ ready: true });
});

it('is not there while the engine does not answer', async () => {
  const clock = new FakeClock();
  const { server } = await startLobby({ clock });
  onTestFinished(() => server.close());
  Object.assign(server.engine, { load: () => new Promise(() => {}) });
  const asked = server.readiness();
  clock.advance(1000);
  expect(await asked).toEqual(gone);
});

it.skipIf(withoutRedis)('goes with Redis, and comes back with it', async () => {
  const redis = await RedisServer.start();
  onTestFinished(() => redis.stop());
  const log = (): void => {};
  const { server } = await startLobby({ engine: await redisEngine({ url: redis.url, clock: systemClock, log }) });
  onTestFinished(() => server.close());
  expect(await server.readiness()).toEqual({ ready: true });
  await redis.kill();
  await vi.waitFor(async () => expect(await server.readiness()).toEqual(gone));
  await redis.run();
  await vi.waitFor(async () => expect(await server.readiness()).toEqual({ ready: true }), { timeout: 20_000 });
});
