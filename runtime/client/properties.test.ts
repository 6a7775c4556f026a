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
  ])('1, 2, 3, 7, 15, 17, 19, 28, 29: of %s', async (_, table) => {
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
