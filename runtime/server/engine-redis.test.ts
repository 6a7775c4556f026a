import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from './clock.ts';
import { redisEngine } from './engine-redis.ts';
import { RedisLink } from './engine-redis-link.ts';
import { describeEngine } from './fixtures/engine-contract.ts';
import { RedisServer, withoutRedis } from './fixtures/redis-server.ts';

describe.skipIf(withoutRedis)('with Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.stop());

  let prefixes = 0;
  const prefix = (): string => `${++prefixes}:`;

  describeEngine('on Redis', (clock) => redisEngine({ url: redis.url, clock, prefix: prefix() }));

  it('holds of a topic no more than so many messages, and none that is old', async () => {
    const own = prefix();
    const engine = await redisEngine({
      url: redis.url,
      clock: systemClock,
      prefix: own,
      logKept: { messages: 500, ms: 60_000 },
    });
    onTestFinished(() => engine.close());
    const link = await RedisLink.open({ url: redis.url, clock: systemClock });
    onTestFinished(() => link.close());
    const log = `${own}topic:t`;
    const length = async (): Promise<number> => Number(await link.command(['XLEN', log]));
    // Redis cuts off what is too old or too much by nodes of a hundred.
    for (let n = 1; n <= 300; n++) await link.command(['XADD', log, `${n}-1`, 'e', '{}', 'x', 'of 1970']);
    const publication = { channel: 'c', type: 't', text: 'x', room: 'r', except: null, cause: null };
    await engine.publish('t', publication);
    expect(await length()).toBeLessThan(101);
    await Promise.all(Array.from({ length: 2000 }, () => engine.publish('t', publication)));
    expect(await length()).toBeGreaterThan(499);
    expect(await length()).toBeLessThan(601);
    const life = Number(await link.command(['PTTL', log]));
    expect(life).toBeGreaterThan(0);
    expect(life).toBeLessThan(60_001);
  });
});

it('says in a sentence that Redis cannot be reached', async () => {
  await expect(redisEngine({ url: 'redis://:secret@127.0.0.1:1', clock: systemClock })).rejects.toThrow(
    'Redis cannot be reached at redis://127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1',
  );
});
