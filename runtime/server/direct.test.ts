import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from './clock.ts';
import { memoryEngine } from './engine-memory.ts';
import { redisEngine } from './engine-redis.ts';
import { RedisLink } from './engine-redis-link.ts';
import { lobbyTable } from './fixtures/lobby.ts';
import { type Lobby, startLobby } from './fixtures/lobby-server.ts';
import { RedisServer, withoutRedis } from './fixtures/redis-server.ts';
import type { Engine } from './seam.ts';

/** The engine, and the names of what is asked of it. */
const counted = (inner: Engine): { readonly engine: Engine; readonly asked: string[] } => {
  const asked: string[] = [];
  const engine = new Proxy(inner, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => {
        asked.push(String(name));
        return Reflect.apply(value, target, given) as unknown;
      };
    },
  });
  return { engine, asked };
};

// So much is kept that no checkpoint of the state is due meanwhile.
const table = { resync: { ...lobbyTable.resync!, history: 1000 } };

describe('a direct message', () => {
  let lobby: Lobby;
  afterEach(() => lobby.server.close());

  it('asks nothing of the engine but what a replay or a snapshot reads', async () => {
    const { engine, asked } = counted(memoryEngine({ clock: systemClock }));
    lobby = await startLobby({ engine, table });
    const ada = await lobby.joined('ada');
    for (let n = 0; n < 3; n++) ada.send({ type: 'say', text: 'x' });
    await ada.drain();
    const during = async (message: object, answer: string): Promise<string[]> => {
      asked.length = 0;
      ada.send(message);
      await ada.until(answer);
      await ada.drain();
      return [...asked];
    };
    expect(await during({ type: 'ping', at: 1 }, 'pong')).toEqual([]);
    expect(await during({ type: 'slow', id: '1' }, 'ack')).toEqual([]);
    expect(await during({ type: 'nonsense' }, 'error')).toEqual([]);
    expect(await during({ type: 'resync', lastSeq: 1 }, 'said')).toEqual(['history']);
    expect(await during({ type: 'join' }, 'snapshot')).toEqual(['load', 'history']);
    expect(await during({ type: 'resync', lastSeq: 99 }, 'snapshot')).toEqual(['history', 'load', 'history']);
  });

  it.skipIf(withoutRedis)('is no command to Redis', async () => {
    const redis = await RedisServer.start();
    onTestFinished(() => redis.stop());
    lobby = await startLobby({
      table,
      engine: await redisEngine({ url: redis.url, clock: systemClock, leaseMs: 3_600_000 }),
    });
    const link = await RedisLink.open({ url: redis.url, clock: systemClock });
    onTestFinished(() => link.close());
    /** Calls of each command but those of looking and of keeping the link alive. */
    const commands = async (): Promise<string[]> =>
      String(await link.command(['INFO', 'commandstats']))
        .split('\r\n')
        .filter((line) => /^cmdstat_/.test(line) && !/^cmdstat_(info|ping|time|zadd)/.test(line))
        .map((line) => line.split(',')[0]!);
    const ada = await lobby.joined('ada');
    ada.send({ type: 'say', text: 'x' });
    await ada.drain();
    const before = await commands();
    for (let n = 0; n < 5; n++) ada.send({ type: 'ping', at: n });
    await ada.drain();
    expect(await commands()).toEqual(before);
    ada.send({ type: 'resync', lastSeq: 0 });
    await ada.until('said');
    const changed = (await commands()).filter((line) => !before.includes(line));
    expect(changed.map((line) => line.split(':')[0]).sort()).toEqual([
      'cmdstat_evalsha',
      'cmdstat_xrange',
      'cmdstat_xrevrange',
    ]);
  });
});
