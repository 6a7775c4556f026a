import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisEngine } from './engine-redis.ts';
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
});

it('says in a sentence that Redis cannot be reached', async () => {
  const { systemClock } = await import('./clock.ts');
  await expect(redisEngine({ url: 'redis://:secret@127.0.0.1:1', clock: systemClock })).rejects.toThrow(
    'Redis cannot be reached at redis://127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1',
  );
});
