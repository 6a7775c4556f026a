import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numRuns } from './fixtures/runs.ts';
import { createStage } from './fixtures/stage.ts';
import { board, feed, talk } from './fixtures/tables.ts';
import type { EnvironmentEvent, Message } from './index.ts';
import type { ClientTable } from './table.ts';

type Action =
  | { readonly do: 'connect' | 'close' | 'cut' | 'send' | 'request' | 'abort' | 'reenter' | 'wreck' }
  | { readonly do: 'wait' | 'jump'; readonly ms: number }
  | { readonly do: 'end'; readonly code: number }
  | { readonly do: 'page'; readonly event: EnvironmentEvent }
  | { readonly do: 'handshake'; readonly how: 'accept' | 'refuse' | 'hang' }
  | { readonly do: 'token'; readonly how: 'give' | 'fail' | 'hang' | 'throw' }
  | { readonly do: 'mute'; readonly on: boolean };

const some = <T extends string>(...words: T[]) => fc.constantFrom(...words);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: some('wait'), ms: some('0', '1', '40', '900', '6000', '31000', '200000').map(Number) }),
  },
  { weight: 3, arbitrary: fc.record({ do: some('connect', 'send', 'send', 'request') }) },
  { weight: 1, arbitrary: fc.record({ do: some('close', 'cut', 'abort', 'reenter', 'wreck') }) },
  { weight: 1, arbitrary: fc.record({ do: some('end'), code: fc.constantFrom(1000, 1006, 1008, 1012, 4001, 4999) }) },
  { weight: 1, arbitrary: fc.record({ do: some('jump'), ms: fc.constantFrom(-3600000, -5, 20000, 3600000) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: some('page'),
      event: some('online', 'offline', 'visible', 'hidden', 'pagehide', 'pageshow'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: some('handshake'), how: some('accept', 'refuse', 'hang') }) },
  { weight: 1, arbitrary: fc.record({ do: some('token'), how: some('give', 'fail', 'hang', 'throw') }) },
  { weight: 1, arbitrary: fc.record({ do: some('mute'), on: fc.boolean() }) },
);

/** A client among actions, with what must hold at every moment. */
function createWorld(
  table: ClientTable,
  pauseWhenHidden: boolean,
  answer: (message: Message) => readonly [string, Message] | undefined,
) {
  let how: 'give' | 'fail' | 'hang' | 'throw' = 'give';
  const asked: AbortSignal[] = [];
  const attempts: number[] = [];
  const seed = { state: 1 };
  const stage = createStage(
    table,
    {
      pauseWhenHidden,
      random: () => {
        seed.state = (seed.state * 16807) % 2147483647;
        return seed.state / 2147483647;
      },
      token: ({ signal, attempt }) => {
        asked.push(signal);
        attempts.push(attempt);
        if (how === 'throw') throw new Error('no token');
        if (how === 'fail') return Promise.reject(new Error('no token'));
        return how === 'hang' ? new Promise<string>(() => {}) : 'token';
      },
    },
    {
      onMessage: (connection, message) => {
        const reply = answer(message);
        if (reply) connection.send(...reply);
      },
      onOpen: (connection) => {
        if (table.autoJoin) connection.send('STATE', { seq: 0 });
      },
    },
  );
  const { client, clock, timers, server, environment } = stage;
  const settled = new Map<number, number>();
  const controllers: AbortController[] = [];
  let serial = 0;
  let isReentering = false;
  client.subscribe(() => {
    if (!isReentering) return;
    isReentering = false;
    client.close();
    client.connect();
    note(client.send('NOTE', { n: -1 }), -1);
  });

  function note(promise: Promise<unknown>, n: number): void {
    settled.set(n, settled.get(n) ?? 0);
    const settle = () => void settled.set(n, (settled.get(n) ?? 0) + 1);
    void promise.then(settle, settle);
  }

  function check(): void {
    const live = server.connections.filter(({ readyState }) => readyState <= 1);
    expect(live.length).toBeLessThanOrEqual(1);
    expect(asked.filter((signal) => !signal.aborted).length).toBeLessThanOrEqual(1);
    const { name, ready, reason } = client.state;
    if (ready) expect(name).toBe('connected');
    expect(reason !== undefined).toBe(name === 'closed');
    if (name === 'closed' || name === 'idle') {
      expect(live).toEqual([]);
      expect(environment.listeners).toBe(0);
      // A queue that waits in `idle` still grows old.
      if (name === 'closed') expect(timers.size).toBe(0);
    }
  }

  async function act(one: Action): Promise<void> {
    const latest = server.connections.at(-1);
    if (one.do === 'connect') client.connect();
    else if (one.do === 'close') client.close();
    else if (one.do === 'cut') latest?.cut();
    else if (one.do === 'end') latest?.close(one.code);
    else if (one.do === 'page') environment.fire(one.event);
    else if (one.do === 'handshake') server.handshake = one.how;
    else if (one.do === 'token') how = one.how;
    else if (one.do === 'mute') server.beats = !one.on;
    else if (one.do === 'wait') await clock.advance(one.ms);
    else if (one.do === 'jump') clock.jump(one.ms);
    else if (one.do === 'wreck') latest?.sendRaw('{"type":');
    else if (one.do === 'reenter') isReentering = true;
    else if (one.do === 'abort') controllers.pop()?.abort();
    else {
      const controller = new AbortController();
      controllers.push(controller);
      const n = ++serial;
      const options = { signal: controller.signal };
      note(
        one.do === 'send'
          ? client.send('NOTE', { n }, options)
          : client.request('load', { n }, { ...options, timeoutMs: 5000 }),
        n,
      );
    }
    check();
  }

  async function recover(): Promise<void> {
    how = 'give';
    server.handshake = 'accept';
    server.beats = true;
    environment.fire('online');
    environment.fire('visible');
    client.connect();
    // Longer than whatever wait, timeout or heartbeat was under way.
    await clock.advance(60000);
    client.connect();
    await clock.advance(60000);
  }

  return { ...stage, act, check, recover, settled, attempts };
}

describe('any actions in any order', () => {
  test.each([
    ['a feed', feed],
    ['rooms', talk],
    ['a board', board],
  ])('%s', async (_, table) => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), fc.boolean(), async (actions, pauseWhenHidden) => {
        const world = createWorld(table, pauseWhenHidden, ({ type, id }) =>
          type === 'load' ? ['loaded', { id }] : undefined,
        );
        for (const one of actions) await world.act(one);
        await world.recover();
        world.check();
        expect(world.client.state).toMatchObject({ name: 'connected', ready: true });
        expect(world.server.connections.filter(({ readyState }) => readyState === 1)).toHaveLength(1);

        const told = world.names.length;
        world.client.dispose();
        await world.clock.advance(200000);
        expect(world.timers.size).toBe(0);
        expect(world.environment.listeners).toBe(0);
        expect(world.names.length).toBe(told);
        for (const [n, times] of world.settled) if (n > 0) expect([n, times]).toEqual([n, 1]);

        const notes = world.server.connections.flatMap(({ received }) =>
          received.flatMap((message) =>
            (message as Message).type === 'NOTE' ? [(message as Message).n as number] : [],
          ),
        );
        const own = notes.filter((n) => n > 0);
        expect(own).toEqual([...new Set(own)].sort((a, b) => a - b));
      }),
      { numRuns },
    );
  });
});

/** A room as a correct server keeps it: a log, a snapshot on joining, a replay from what is kept. */
function createRoom(kept: number) {
  const log: Message[] = [];
  return {
    log,
    add: () => {
      log.push({ seq: log.length + 1 });
      return log.at(-1)!;
    },
    replay: (lastSeq: number) => (lastSeq < log.length - kept || lastSeq > log.length ? undefined : log.slice(lastSeq)),
  };
}

type Event =
  | { readonly do: 'update'; readonly fault: 'none' | 'lose' | 'twice' | 'late' }
  | { readonly do: 'end' | 'cut' | 'wait' | 'reset' };

describe('sequenced messages', () => {
  const event: fc.Arbitrary<Event> = fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: some('update'), fault: some('none', 'none', 'lose', 'twice', 'late') }) },
    { weight: 2, arbitrary: fc.record({ do: some('end', 'cut', 'wait', 'reset') }) },
  );

  async function run(events: readonly Event[], kept: number, isFaulty: boolean) {
    const room = createRoom(kept);
    const late: Message[] = [];
    const joined = new Set<unknown>();
    const snapshot = (): readonly [string, Message] => ['STATE', { seq: room.log.length }];
    const stage = createStage(
      board,
      { token: 'x' },
      {
        onMessage(connection, message) {
          if (message.type === 'JOIN') {
            joined.add(connection);
            connection.send(...snapshot());
          } else if (message.type === 'RESYNC') {
            const missed = room.replay(message.lastSeq as number);
            if (missed) for (const one of missed) connection.send('MOVE', one);
            else connection.send(...snapshot());
          }
        },
      },
    );
    const { client, clock, server, reports, messages } = stage;
    const order: (Message | { readonly gap: readonly [number, number] })[] = [];
    client.on('STATE', (message) => order.push({ ...message, isReset: true }));
    client.on('MOVE', (message) => order.push(message));
    client.onReport((report) => {
      if (report.kind === 'gap') order.push({ gap: [report.from, report.to] });
    });
    client.connect();
    await clock.advance(1);
    for (const one of events) {
      const live = server.connections.filter((connection) => joined.has(connection) && connection.readyState === 1);
      if (one.do === 'update') {
        const update = room.add();
        const fault = isFaulty ? one.fault : 'none';
        for (const connection of live) {
          if (fault === 'late') late.push(update);
          else if (fault !== 'lose') connection.send('MOVE', update);
          if (fault === 'twice') connection.send('MOVE', update);
          if (fault !== 'late') for (const waiting of late.splice(0)) connection.send('MOVE', waiting);
        }
      } else if (one.do === 'end') server.latest.close(1006);
      else if (one.do === 'cut') server.latest.cut();
      else if (one.do === 'reset') live.at(-1)?.send(...snapshot());
      else await clock.advance(3000);
    }
    await clock.advance(100000);
    server.latest.send('MOVE', room.add());
    await clock.advance(100000);
    return { order, room, reports, messages };
  }

  /** Between resets, numbers follow one another, or a gap says which do not. */
  function expectContinuous(order: Awaited<ReturnType<typeof run>>['order'], last: number) {
    let position: number | undefined;
    for (const one of order) {
      if ('gap' in one && Array.isArray(one.gap)) {
        expect(one.gap[0]).toBe(position! + 1);
        position = one.gap[1];
      } else if ('isReset' in one) position = (one as Message).seq as number;
      else {
        expect((one as Message).seq).toBe(position! + 1);
        position = (one as Message).seq as number;
      }
    }
    expect(position).toBe(last);
  }

  test('from a correct server: each once, in order, none missing, over any number of connections', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
        const { order, room, reports } = await run(
          events.filter(({ do: kind }) => kind !== 'reset'),
          10000,
          false,
        );
        expectContinuous(order, room.log.length);
        expect(order.filter((one) => 'isReset' in one)).toHaveLength(1);
        expect(reports).toEqual([]);
      }),
      { numRuns },
    );
  });

  test('from a server that loses, repeats and reorders: no duplicate, and no hole that is not told', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40 }), fc.constantFrom(0, 3, 10000), async (events, kept) => {
        const { order, room } = await run(events, kept, true);
        expectContinuous(order, room.log.length);
      }),
      { numRuns },
    );
  });
});

test('an idempotent message is stored once, whatever happens to connections, and its send settles', async () => {
  const step = fc.record({
    do: some('say', 'say', 'say', 'end', 'cut', 'wait', 'short'),
    /** Whether the server handles what it gets, and whether its answer arrives. */
    isHandled: fc.boolean(),
    isAnswered: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const stored = new Map<unknown, unknown>();
      let mode = { isHandled: true, isAnswered: true };
      const { client, clock, server } = createStage(
        talk,
        {},
        {
          onMessage(connection, { type, id, text }) {
            if (type !== 'say' || !mode.isHandled) return;
            const isNew = !stored.has(id);
            if (isNew) stored.set(id, text);
            if (!mode.isAnswered) return;
            if (isNew) connection.send('said', { message: { id: stored.size, client_id: id } });
            else connection.send('ack', { id });
          },
        },
      );
      const sent: Promise<unknown>[] = [];
      let n = 0;
      client.connect();
      for (const { do: what, ...next } of steps) {
        mode = next;
        if (what === 'say') sent.push(client.send('say', { text: ++n }));
        else if (what === 'end') server.connections.at(-1)?.close(1006);
        else if (what === 'cut') server.connections.at(-1)?.cut();
        else await clock.advance(what === 'wait' ? 2000 : 1);
      }
      mode = { isHandled: true, isAnswered: true };
      server.connections.at(-1)?.close(1006);
      await clock.advance(120000);
      const results = await Promise.allSettled(sent);
      const texts = [...stored.values()];
      expect(texts).toEqual([...new Set(texts)]);
      results.forEach((result, index) => {
        if (result.status === 'fulfilled') expect(texts).toContain(index + 1);
        else expect(result.reason).toMatchObject({ code: 'expired' });
      });
    }),
    { numRuns },
  );
});

test('replies by id in any order, repeated and late, reach the one that asked', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(9), { maxLength: 30 }), async (replies) => {
      const { client, clock, server } = createStage(talk);
      client.connect();
      await clock.advance(1);
      const requests = Array.from({ length: 10 }, (_, n) => client.request('load', { id: `r${n}` }));
      for (const n of replies) server.latest.send('loaded', { id: `r${n}`, n });
      await clock.advance(5001);
      for (const n of replies) server.latest.send('loaded', { id: `r${n}`, n: 'late' });
      const results = await Promise.allSettled(requests);
      results.forEach((result, n) => {
        if (replies.includes(n)) expect(result).toMatchObject({ status: 'fulfilled', value: { n } });
        else expect(result).toMatchObject({ status: 'rejected', reason: { code: 'timeout' } });
      });
    }),
    { numRuns },
  );
});

test('no frame is fatal, and none that is no message reaches a handler', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.string(), fc.json(), fc.uint8Array(), fc.anything()), { maxLength: 20 }),
      async (frames) => {
        const { client, clock, server, messages } = createStage(feed);
        client.connect();
        await clock.advance(1);
        for (const frame of frames) server.latest.sendRaw(frame);
        server.latest.send('NEWS', { n: 1 });
        expect(messages.at(-1)).toEqual({ type: 'NEWS', n: 1 });
        for (const message of messages) expect(typeof message.type).toBe('string');
        expect(client.state).toMatchObject({ name: 'connected', ready: true });
      },
    ),
    { numRuns },
  );
});

test('a live server is never given up, however the page sleeps', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          sleepMs: fc.constantFrom(0, 0, 6000, 11000, 60000, 3600000),
          runMs: fc.constantFrom(0, 1, 20, 9000, 40000),
        }),
        {
          maxLength: 15,
        },
      ),
      async (days) => {
        const { client, clock, server } = createStage(talk);
        client.connect();
        await clock.advance(1);
        for (const { sleepMs, runMs } of days) {
          clock.jump(sleepMs);
          await clock.advance(runMs);
        }
        expect(server.connections).toHaveLength(1);
        expect(client.state.name).toBe('connected');
      },
    ),
    { numRuns },
  );
});

test('a dead server is found within interval and timeout, a close event or none', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(board, talk, feed), fc.nat(60000), async (table, aliveMs) => {
      const { client, clock, server } = createStage(
        table,
        {},
        {
          onOpen: (connection) => {
            // The server's heartbeat, where it is the server's.
            const beat = () => {
              connection.send('PING');
              clock.setTimeout(beat, 30000);
            };
            if (table.pong) clock.setTimeout(beat, 30000);
          },
        },
      );
      client.connect();
      await clock.advance(aliveMs);
      expect(server.connections).toHaveLength(1);
      server.latest.cut();
      const { intervalMs, timeoutMs } = (table.ping ?? table.pong)!;
      // One interval of silence may have begun just before; then an attempt after at most a second.
      await clock.advance(intervalMs + timeoutMs + 1001);
      expect(server.connections).toHaveLength(2);
    }),
    { numRuns },
  );
});

test('nothing piles up over many reconnects', async () => {
  const { client, clock, server, environment, timers } = createStage({
    ...feed,
    reconnect: { ...feed.reconnect, attempts: 1e9 },
  });
  client.connect();
  for (let n = 0; n < 300; n++) {
    await clock.advance(31000);
    server.latest.close(1006);
    await clock.advance(31000);
  }
  expect(server.connections.length).toBeGreaterThan(300);
  expect([timers.size <= 1, environment.listeners]).toEqual([true, 1]);
});
