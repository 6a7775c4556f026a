import fc from 'fast-check';
import { expect, test } from 'vitest';
import { numRuns } from './fixtures/runs.ts';
import { createStage } from './fixtures/stage.ts';
import { feed, talk } from './fixtures/tables.ts';
import type { Message } from './message.ts';

const some = <T extends string>(...words: T[]) => fc.constantFrom(...words);

test('16: the queue keeps its bounds: a model of what waits says what is written, dropped and expired', async () => {
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

test('17, 19: an idempotent message is stored once, whatever happens to connections, and its send settles', async () => {
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

test('20: replies by id in any order, repeated and late, reach the one that asked', async () => {
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

test('17, 21: a signal that aborts at any moment settles the send, leaves nothing behind and lets nothing late through', async () => {
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

test('18: what is sent is written in order, and nothing before the connection is ready', async () => {
  const step = fc.constantFrom('send', 'send', 'send', 'end', 'short', 'wait');
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(feed, talk), fc.array(step, { maxLength: 40 }), async (table, steps) => {
      const openedAt = new Map<unknown, number>();
      const early: unknown[] = [];
      const type = table === feed ? 'NOTE' : 'note';
      const { client, clock, server } = createStage(
        { ...table, queue: { messages: 100, maxAgeMs: 600_000 } },
        {},
        {
          onOpen: (connection) => openedAt.set(connection, clock.now()),
          onMessage(connection, message) {
            if (message.type !== type) return;
            // A feed is ready a second after opening; talk when its ping was answered, which takes no time here.
            if (table === feed && clock.now() - openedAt.get(connection)! < 1000) early.push(message);
            if (table === talk && (connection.received[0] as Message).type !== 'ping') early.push(message);
          },
        },
      );
      client.connect();
      let n = 0;
      for (const what of steps) {
        if (what === 'send') void client.send(type, { n: ++n }).catch(() => {});
        else if (what === 'end') server.connections.at(-1)?.close(1006);
        else await clock.advance(what === 'wait' ? 4000 : 300);
      }
      await clock.advance(40_000);
      const written = server.connections.flatMap(({ received }) =>
        received.flatMap((message) => ((message as Message).type === type ? [(message as Message).n as number] : [])),
      );
      expect(early).toEqual([]);
      expect(written).toEqual([...written].sort((a, b) => a - b));
      expect(new Set(written).size).toBe(written.length);
      client.dispose();
    }),
    { numRuns },
  );
});
