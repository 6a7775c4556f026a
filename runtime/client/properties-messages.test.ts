import fc from 'fast-check';
import { expect, test } from 'vitest';
import { numRuns } from './fixtures/runs.ts';
import { createStage } from './fixtures/stage.ts';
import { board, feed, talk } from './fixtures/tables.ts';
import type { Message } from './message.ts';

test('every ping of the server is answered once, whatever else happens meanwhile', async () => {
  const step = fc.constantFrom('ping', 'ping', 'news', 'junk', 'send', 'end', 'wait');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { client, clock, server } = createStage({ ...feed, queue: { messages: 100, maxAgeMs: 60000 } });
      server.beats = false;
      client.connect();
      await clock.advance(1);
      const pinged = new Map<unknown, number>();
      for (const what of steps) {
        const { latest } = server;
        if (what === 'ping') {
          latest.send('PING');
          pinged.set(latest, (pinged.get(latest) ?? 0) + 1);
          await clock.advance(1);
        } else if (what === 'news') latest.send('NEWS');
        else if (what === 'junk') latest.sendRaw('{');
        else if (what === 'send') void client.send('NOTE', {});
        else if (what === 'wait') await clock.advance(1500);
        else {
          latest.close(1001);
          await clock.advance(31000);
        }
      }
      for (const connection of server.connections) {
        const answers = connection.received.filter((message) => (message as Message).type === 'PONG');
        expect(answers).toHaveLength(pinged.get(connection) ?? 0);
      }
      client.dispose();
    }),
    { numRuns },
  );
});

test('the queue keeps its bounds: a model of what waits says what is written, dropped and expired', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('send' as const), size: fc.integer({ min: 1, max: 220 }) }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 20000, 59000) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.boolean(), async (steps, rejectNewest) => {
      const queue = { ...feed.queue, rejectNewest };
      const { client, clock, server } = createStage({ ...feed, queue });
      const outcomes = new Map<number, string>();
      let waiting: { readonly n: number; readonly bytes: number; readonly until: number }[] = [];
      const expected = new Map<number, string>();
      const expire = (): void => {
        for (const { n, until } of waiting) if (until <= clock.now()) expected.set(n, 'expired');
        waiting = waiting.filter(({ until }) => until > clock.now());
      };
      for (const [n, one] of steps.entries()) {
        if (one.do === 'wait') {
          await clock.advance(one.ms);
          expire();
          continue;
        }
        const fields = { n, text: 'x'.repeat(one.size) };
        const bytes = JSON.stringify({ ...fields, type: 'NOTE' }).length;
        void client.send('NOTE', fields).then(
          () => outcomes.set(n, 'written'),
          ({ code }) => outcomes.set(n, code),
        );
        if (bytes > feed.maxBytes) {
          expected.set(n, 'too-large');
          continue;
        }
        waiting.push({ n, bytes, until: clock.now() + queue.maxAgeMs });
        const isOver = () =>
          waiting.length > queue.messages || waiting.reduce((sum, entry) => sum + entry.bytes, 0) > queue.bytes!;
        while (isOver()) expected.set((rejectNewest ? waiting.pop() : waiting.shift())!.n, 'overflow');
      }
      client.connect();
      // Ready after a second; what is too old by then is not sent.
      await clock.advance(1000);
      expire();
      for (const { n } of waiting) expected.set(n, 'written');
      await clock.advance(1);
      const written = server.latest.received.map((message) => (message as Message).n);
      expect(written).toEqual(waiting.map(({ n }) => n));
      expect([...outcomes].sort(([a], [b]) => a - b)).toEqual([...expected].sort(([a], [b]) => a - b));
      client.dispose();
    }),
    { numRuns },
  );
});

test('what is held back stays within its bound, and nothing of it is lost without a word', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 8 }),
      async (numbers, holdback) => {
        let mostHeld = 0;
        const { client, clock, server, messages, reports } = createStage({
          ...board,
          resync: { ...board.resync!, holdback },
        });
        client.connect();
        await clock.advance(1);
        server.latest.send('STATE', { seq: 0 });
        const heard = () => messages.filter(({ type }) => type === 'MOVE').map(({ seq }) => seq as number);
        const sent = new Set<number>();
        for (const seq of numbers) {
          server.latest.send('MOVE', { seq });
          sent.add(seq);
          const position = heard().at(-1) ?? 0;
          mostHeld = Math.max(mostHeld, [...sent].filter((one) => one > position).length);
        }
        expect(mostHeld).toBeLessThanOrEqual(holdback);
        server.beats = false;
        await clock.advance(20000);
        expect(heard()).toEqual([...new Set(heard())].sort((a, b) => a - b));
        const gaps = reports.flatMap((report) =>
          report.kind === 'gap' ? Array.from({ length: report.to - report.from + 1 }, (_, i) => report.from + i) : [],
        );
        const highest = Math.max(0, ...numbers);
        expect([...heard(), ...gaps].sort((a, b) => a - b)).toEqual(Array.from({ length: highest }, (_, i) => i + 1));
        client.dispose();
      },
    ),
    { numRuns },
  );
});

test('handlers that throw, come and go stop no other', async () => {
  const step = fc.record({ do: fc.constantFrom('add', 'throw', 'remove', 'once', 'news', 'news'), pick: fc.nat() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { client, clock, server, reports } = createStage(feed);
      client.connect();
      await clock.advance(1);
      const model = new Map<number, { readonly kind: string; readonly off: () => void }>();
      const calls = new Map<number, number>();
      const expected = new Map<number, number>();
      let thrown = 0;
      for (const [n, { do: what, pick }] of steps.entries()) {
        if (what === 'news') {
          for (const [id, { kind }] of [...model]) {
            expected.set(id, (expected.get(id) ?? 0) + 1);
            if (kind === 'throw') thrown++;
            if (kind === 'once') model.delete(id);
          }
          server.latest.send('NEWS');
        } else if (what === 'remove') {
          const [id, row] = [...model][pick % Math.max(1, model.size)] ?? [];
          row?.off();
          if (id !== undefined) model.delete(id);
        } else {
          const off = client.on('NEWS', () => {
            calls.set(n, (calls.get(n) ?? 0) + 1);
            if (what === 'once') off();
            if (what === 'throw') throw new Error('mine');
          });
          model.set(n, { kind: what, off });
        }
      }
      expect(calls).toEqual(expected);
      expect(reports.filter(({ kind }) => kind === 'handler')).toHaveLength(thrown);
      client.dispose();
    }),
    { numRuns },
  );
});

test('the snapshot is a new object exactly when something in it changed, and listeners hear of each change', async () => {
  const step = fc.constantFrom('connect', 'close', 'end', 'news', 'wait', 'offline', 'online');
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(feed, talk), fc.array(step, { maxLength: 30 }), async (table, steps) => {
      const { client, clock, server, environment } = createStage(table);
      let told = client.state;
      let seen = client.state;
      client.subscribe(() => {
        told = client.state;
      });
      for (const what of steps) {
        if (what === 'connect') client.connect();
        else if (what === 'close') client.close();
        else if (what === 'end') server.connections.at(-1)?.close(1006);
        else if (what === 'news') server.connections.at(-1)?.send('NEWS');
        else if (what === 'wait') await clock.advance(400);
        else environment.fire(what);
        const { state } = client;
        expect(client.state).toBe(state);
        expect(told).toBe(state);
        if (state !== seen) expect(state).not.toEqual(seen);
        seen = state;
      }
      client.dispose();
    }),
    { numRuns },
  );
});

test('a signal that aborts at any moment settles the send, leaves nothing behind and lets nothing late through', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.boolean(),
      fc.nat(8000),
      fc.nat(8000),
      async (isRequest, isAnswered, abortMs, endMs) => {
        const { client, clock, server, timers } = createStage(
          talk,
          {},
          {
            onMessage: (connection, { type, id }) => {
              if (isAnswered && type === 'load') clock.setTimeout(() => connection.send('loaded', { id }), 3000);
            },
          },
        );
        client.connect();
        await clock.advance(10);
        const controller = new AbortController();
        const { signal } = controller;
        let listeners = 0;
        const { addEventListener, removeEventListener } = signal;
        signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
          listeners++;
          addEventListener.apply(signal, args);
        };
        signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
          listeners--;
          removeEventListener.apply(signal, args);
        };
        let settled = 0;
        const settle = () => void settled++;
        const promise = isRequest ? client.request('load', {}, { signal }) : client.send('say', {}, { signal });
        void promise.then(settle, settle);
        clock.setTimeout(() => controller.abort(), abortMs);
        clock.setTimeout(() => server.latest.close(1006), endMs);
        await clock.advance(100000);
        expect([settled, listeners]).toEqual([1, 0]);
        client.dispose();
        expect(timers.size).toBe(0);
      },
    ),
    { numRuns },
  );
});
