import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from './clock.ts';
import { redisEngine } from './engine-redis.ts';
import { CutProxy } from './fixtures/cut-proxy.ts';
import { FakeClock } from './fixtures/fake-clock.ts';
import { type Lobby, startLobby } from './fixtures/lobby-server.ts';
import { RedisServer, withoutRedis } from './fixtures/redis-server.ts';
import type { LogEntry } from './log.ts';
import type { Clock, Engine } from './seam.ts';

const entry = {
  stream: 's',
  topic: 's',
  publication: { channel: 'c', type: 't', room: 'r', except: null, cause: null },
  text: ['n', ''] as const,
  timestamp: 1,
  keep: 1000,
};

describe.skipIf(withoutRedis)('processes that share a Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start(true);
  });
  afterAll(() => redis.stop());

  let runs = 0;
  let prefix = '';
  let ending: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ending.reverse()) await end();
    ending = [];
  });
  const begin = (): void => {
    prefix = `${++runs}:`;
  };

  const log: LogEntry[] = [];
  let heard: ((entry: LogEntry) => void)[] = [];
  const untilLogged = (event: string): Promise<void> =>
    new Promise((resolve) => {
      heard.push((one) => one.event === event && resolve());
    });
  const engineOf = async (clock: Clock, url = redis.url): Promise<Engine> => {
    const engine = await redisEngine({
      url,
      clock,
      prefix,
      log: (one) => {
        log.push(one);
        for (const listener of heard) listener(one);
      },
    });
    ending.push(() => engine.close());
    return engine;
  };
  const processOf = async (clock: Clock = systemClock, url = redis.url): Promise<Lobby> => {
    const lobby = await startLobby({ engine: await engineOf(clock, url), clock });
    ending.push(() => lobby.server.close());
    return lobby;
  };
  afterEach(() => {
    heard = [];
  });

  it('number without gap, and each answers a resync for all', async () => {
    begin();
    const [a, b] = await Promise.all([processOf(), processOf()]);
    const [ada, bob] = await Promise.all([a.joined('ada'), b.joined('bob')]);
    for (let n = 1; n <= 5; n++) {
      ada.send({ type: 'say', text: `ada ${n}` });
      bob.send({ type: 'say', text: `bob ${n}` });
    }
    const numbers = async (socket: typeof ada) => {
      const seen = [];
      while (seen.length < 10) seen.push(await socket.until('said'));
      return seen;
    };
    const [toAda, toBob] = await Promise.all([numbers(ada), numbers(bob)]);
    expect(toAda.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(toBob).toEqual(toAda);
    for (const lobby of [a, b]) {
      const cleo = await lobby.open('cleo');
      cleo.send({ type: 'resync', lastSeq: 7 });
      expect((await cleo.drain()).filter(({ type }) => type === 'said')).toEqual(toAda.slice(7));
    }
  });

  it('count a user once, wherever the connections are', async () => {
    begin();
    const [a, b] = await Promise.all([processOf(), processOf()]);
    const ada = await a.joined('ada');
    const first = await a.joined('bob');
    expect(await ada.until('came')).toMatchObject({ user: 'bob' });
    const second = await b.joined('bob');
    await first.close();
    // What bob does after his first connection has gone comes after any word of that.
    second.send({ type: 'see' });
    const before = [];
    for (let one = await ada.next(); one.type !== 'seen'; one = await ada.next()) before.push(one);
    expect(before).toEqual([]);
    await second.close();
    expect(await ada.until('went')).toMatchObject({ user: 'bob' });
  });

  it('know a message that was sent again to another of them', async () => {
    begin();
    const [a, b] = await Promise.all([processOf(), processOf()]);
    const [ada, tab] = await Promise.all([a.joined('ada'), b.joined('ada')]);
    ada.send({ type: 'say', id: '1', text: 'once' });
    tab.send({ type: 'say', id: '1', text: 'once' });
    const one = [await ada.until('said'), await tab.until('said')];
    expect(one[1]).toEqual(one[0]);
    tab.send({ type: 'say', id: '1', text: 'once' });
    expect(await tab.until('ack')).toMatchObject({ for: 'once', id: '1' });
    tab.send({ type: 'say', id: '1', text: 'other' });
    expect(await tab.until('error')).toMatchObject({ code: 'id-reused' });
    expect((await ada.drain()).filter(({ type }) => type === 'said')).toEqual([]);
  });

  it('do not count those of one that says nothing any more, and do again when it does', async () => {
    begin();
    const [silent, living] = [new FakeClock(), new FakeClock()];
    const [a, b] = await Promise.all([processOf(silent), processOf(living)]);
    const [ada, bob] = await Promise.all([a.joined('ada'), b.joined('bob')]);
    const members = async () => {
      const { members: all } = await b.server.engine.members('lobby/room/den');
      return all.map(({ user }) => user.id);
    };
    expect((await members()).sort()).toEqual(['ada', 'bob']);
    await bob.drain();
    for (let passed = 0; passed < 26_000; passed += 1000) {
      living.advance(1000);
      // Each beat renews the lease before the next second is over.
      await b.server.engine.load('x');
    }
    expect(await bob.until('went')).toMatchObject({ user: 'ada' });
    expect(await members()).toEqual(['bob']);
    silent.advance(26_000);
    expect(await bob.until('came')).toMatchObject({ user: 'ada' });
    expect((await members()).sort()).toEqual(['ada', 'bob']);
    expect((await ada.drain()).filter(({ type }) => type !== 'came' && type !== 'went')).toEqual([]);
  });

  it('give to another who died what it held', async () => {
    begin();
    const [silent, living] = [new FakeClock(), new FakeClock()];
    const [a, b] = [await engineOf(silent), await engineOf(living)];
    const held = await a.claim('k', 'f', 60_000);
    living.advance(30_000);
    expect((await b.claim('k', 'f', 60_000)).repeated).toBe(false);
    const holder = (!held.repeated && held.holder) || '';
    await expect(a.append({ ...entry, settles: { holder, answer: 'late' } })).rejects.toThrow('not held');
    expect((await b.history('s', { after: 0 }, 10)).head).toBe(0);
  });

  it('hear what was published while they heard nothing, once and in order', async () => {
    begin();
    const proxy = await CutProxy.start(Number(new URL(redis.url).port));
    ending.push(() => proxy.stop());
    const [a, b] = [await engineOf(systemClock), await engineOf(systemClock, `redis://127.0.0.1:${proxy.port}`)];
    const got: string[] = [];
    await b.subscribe('s', ({ text }) => got.push(text));
    await a.append(entry);
    const back = untilLogged('redis-back');
    proxy.cut();
    await Promise.all([a.append(entry), a.append(entry)]);
    await back;
    await a.append(entry);
    await b.append(entry);
    expect(got).toEqual(['n1', 'n2', 'n3', 'n4', 'n5']);
  });

  it('wait for no message that was published before their subscription', async () => {
    begin();
    const a = await engineOf(systemClock);
    // Together in one tick: the message is on its way before the subscription is.
    for (let n = 1; n <= 5; n++) {
      const [number, cancel] = await Promise.all([a.append(entry), a.subscribe('s', () => {})]);
      expect(number).toBe(n);
      cancel();
    }
  });

  it('store once what they do not know to be stored', async () => {
    begin();
    const proxy = await CutProxy.start(Number(new URL(redis.url).port));
    ending.push(() => proxy.stop());
    const a = await engineOf(systemClock, `redis://127.0.0.1:${proxy.port}`);
    await a.append(entry);
    const claim = await a.claim('k', 'f', 60_000);
    const holder = (!claim.repeated && claim.holder) || '';
    const lost = proxy.loseNextAnswer();
    const number = a.append({ ...entry, settles: { holder, answer: 'yes' } });
    await lost;
    expect(await number).toBe(2);
    const { entries } = await a.history('s', { after: 0 }, 10);
    expect(entries.map(({ text }) => text)).toEqual(['n1', 'n2']);
    expect(await a.claim('k', 'f', 60_000)).toMatchObject({ repeated: true, answer: 'yes' });
  });

  it('say that they do not know where Redis does not come back', async () => {
    begin();
    const proxy = await CutProxy.start(Number(new URL(redis.url).port));
    const a = await engineOf(systemClock, `redis://127.0.0.1:${proxy.port}`);
    const lost = proxy.loseNextAnswer();
    const unknown = expect(a.append(entry)).rejects.toThrow('whether it has it is not known');
    await lost;
    await proxy.stop();
    await unknown;
    await expect(a.append(entry)).rejects.toThrow('Redis cannot be reached');
  });

  it('keep their connections while Redis is down, refuse what they cannot store, and recover', async () => {
    begin();
    const [a, b] = await Promise.all([processOf(), processOf()]);
    const [ada, bob] = await Promise.all([a.joined('ada'), b.joined('bob')]);
    const [leaver, late] = [await a.joined('cleo'), await a.open('dora')];
    await late.drain();
    ada.send({ type: 'say', id: '1', text: 'before' });
    await bob.until('said');
    const isLost = untilLogged('redis-lost');
    await redis.kill();
    await isLost;
    ada.send({ type: 'say', id: '2', text: 'meanwhile' });
    expect(await ada.until('error')).toMatchObject({ code: 'unavailable', id: '2' });
    ada.send({ type: 'see' });
    expect(await ada.until('error')).toMatchObject({ code: 'unavailable' });
    expect(await ada.drain()).toEqual([]);
    await leaver.close();
    late.send({ type: 'join', id: 'j' });
    expect(await late.until('error')).toMatchObject({ code: 'unavailable', id: 'j' });
    expect((await late.closed).code).toBe(1011);
    let back = 0;
    const bothBack = new Promise<void>((resolve) => {
      heard.push(({ event }) => {
        if (event === 'redis-back' && ++back === 2) resolve();
      });
    });
    await redis.run();
    await bothBack;
    expect(await bob.until('went')).toMatchObject({ user: 'cleo' });
    ada.send({ type: 'say', id: '2', text: 'meanwhile' });
    expect(await bob.until('said')).toMatchObject({ text: 'meanwhile', seq: 2 });
    bob.send({ type: 'say', text: 'after' });
    expect(await ada.until('said')).toMatchObject({ seq: 2 });
    expect(await ada.until('said')).toMatchObject({ text: 'after', seq: 3 });
  });
});
