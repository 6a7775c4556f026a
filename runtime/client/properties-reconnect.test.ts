import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoff } from './backoff.ts';
import { numRuns } from './fixtures/runs.ts';
import { createStage } from './fixtures/stage.ts';
import { board, feed, talk } from './fixtures/tables.ts';
import type { ClientTable } from './table.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const tables = fc.constantFrom(board, talk, feed);
const withReconnect = (table: ClientTable, changes: Partial<ClientTable['reconnect']>): ClientTable => ({
  ...table,
  reconnect: { ...table.reconnect, ...changes },
});

test('delays stay between d × (1 - jitter) and d, the cap comes before the jitter, and a slow close spreads', () => {
  fc.assert(
    fc.property(
      fc.record({
        initialMs: fc.integer({ min: 1, max: 5000 }),
        multiplier: fc.double({ min: 1, max: 4, noNaN: true }),
        maxMs: fc.option(fc.integer({ min: 1, max: 60000 }), { nil: undefined }),
        jitter: fc.double({ min: 0, max: 1, noNaN: true }),
        spreadMs: fc.nat(10000),
      }),
      fc.integer({ min: 1, max: 2000 }),
      fc.boolean(),
      fc.double({ min: 0, max: 0.9999, noNaN: true }),
      ({ maxMs, ...drawn }, attempt, isSlow, chance) => {
        const row = { ...feed.reconnect, ...drawn, maxMs: maxMs as number };
        const delay = backoff(row, attempt, isSlow, () => chance);
        if (isSlow && attempt === 1) {
          expect(delay).toBeCloseTo(chance * row.spreadMs, 6);
          return;
        }
        const full = Math.min(maxMs ?? 2 ** 31, row.initialMs * row.multiplier ** (attempt - 1));
        expect(delay).toBeGreaterThanOrEqual(full * (1 - row.jitter) - 1e-6);
        expect(delay).toBeLessThanOrEqual(full);
        // At the cap too, another chance is another delay.
        if (row.jitter > 0.01) expect(backoff(row, attempt, isSlow, () => chance / 2 + 0.5)).not.toBe(delay);
      },
    ),
    { numRuns },
  );
});

test('the token is asked for once an attempt, never twice at a time; connections follow the model of the close codes', async () => {
  const ending = fc.record({
    code: fc.constantFrom(1000, 1001, 1006, 1008, 1011, 1012, 4001, 4001, 4002, 4008, 4999),
    /** Before it ends: not at all, until ready, until stable. */
    aliveMs: fc.constantFrom(0, 2000, 20000),
  });
  await fc.assert(
    fc.asyncProperty(tables, fc.array(ending, { minLength: 1, maxLength: 12 }), async (drawn, endings) => {
      const table = withReconnect(drawn, { attempts: 4 });
      let asking = 0;
      let asked = 0;
      const stage = createStage(
        table,
        {
          token: async () => {
            asked++;
            expect(++asking).toBe(1);
            await undefined;
            asking--;
            return 'x';
          },
        },
        {
          onOpen: (connection) => {
            if (table.autoJoin) connection.send('STATE', { seq: 0 });
          },
        },
      );
      const { client, clock, server, names } = stage;
      client.connect();
      await clock.advance(1);
      let attempt = 0;
      let refused: number | undefined;
      for (const { code, aliveMs } of endings) {
        expect(client.state.name).toBe('connected');
        await clock.advance(aliveMs);
        if (client.state.ready) refused = undefined;
        if (aliveMs === 20000) attempt = 0;
        expect(client.state.attempt).toBe(attempt);
        const count = server.connections.length;
        server.latest.close(code);
        const action = table.codes[code] ?? table.codes.other;
        const isFinal = action === 'stop' || (action === 'refresh-token' && refused === code);
        if (isFinal || attempt >= 4) {
          expect(client.state).toMatchObject({ name: 'closed', reason: isFinal ? 'stop-code' : 'attempts', code });
          await clock.advance(300000);
          expect(server.connections).toHaveLength(count);
          expect(names.filter((name) => name === 'closed')).toHaveLength(1);
          // Only an explicit connect() leaves it.
          client.connect();
          await clock.advance(1);
          expect(client.state).toMatchObject({ name: 'connected', attempt: 0 });
          break;
        }
        if (action === 'refresh-token') refused = code;
        attempt++;
        // To the next attempt and no further: what comes after would count as time alive.
        const { retryAt } = client.state;
        await clock.advance(Math.max(0, retryAt! - clock.now()) + 1);
        expect(server.connections).toHaveLength(count + 1);
      }
      expect(asked).toBe(server.connections.length);
    }),
    { numRuns },
  );
});

test('a close event that is missing, late, or comes twice makes no difference', async () => {
  const how = fc.constantFrom('told', 'missing', 'late', 'twice');
  await fc.assert(
    fc.asyncProperty(tables, how, fc.constantFrom('close', 'dispose', 'connect'), async (table, manner, call) => {
      const { client, clock, server, timers, environment } = createStage(table);
      server.tellsClose = manner === 'told' || manner === 'twice';
      client.connect();
      await clock.advance(5);
      const [old] = server.connections;
      client.close();
      if (call === 'dispose') client.dispose();
      if (call === 'connect') client.connect();
      await clock.advance(2000);
      if (manner !== 'missing') old!.close(1006);
      if (manner === 'twice') old!.close(4999);
      await clock.advance(2000);
      expect(client.state).toMatchObject(
        call === 'connect' ? { name: 'connected' } : { name: 'closed', reason: 'requested' },
      );
      expect(server.connections.filter(({ readyState }) => readyState === 1)).toHaveLength(call === 'connect' ? 1 : 0);
      if (call !== 'connect') expect([timers.size, environment.listeners]).toEqual([0, 0]);
    }),
    { numRuns },
  );
});

test('a server that accepts and closes at once sees at most four attempts a minute at the cap', async () => {
  await fc.assert(
    fc.asyncProperty(tables, fc.constantFrom(1006, 1011, 4999), fc.nat(30), async (table, code, seed) => {
      const { client, clock, server } = createStage(
        withReconnect(table, { attempts: 1e9, maxMs: 30000 }),
        { random: () => (seed * 0.031 + server.connections.length * 0.37) % 1 },
        { onOpen: (connection) => connection.close(code) },
      );
      client.connect();
      await clock.advance(400000);
      const before = server.connections.length;
      await clock.advance(600000);
      expect((server.connections.length - before) / 10).toBeLessThanOrEqual(4);
      expect(server.connections.length).toBeGreaterThan(before);
      client.dispose();
    }),
    { numRuns: Math.ceil(numRuns / 10) },
  );
});

test('a thousand clients after 1012 come back spread: in no draw more than 4.5 % within 100 ms', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      let state = seed;
      // mulberry32
      const random = () => {
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
      };
      const bins: number[] = Array.from({ length: 51 }, () => 0);
      for (let client = 0; client < 1000; client++) {
        const at = Math.floor(backoff(feed.reconnect, 1, true, random) / 100);
        bins[at] = (bins[at] ?? 0) + 1;
      }
      expect(Math.max(...bins)).toBeLessThanOrEqual(45);
    }),
    { numRuns },
  );
});

test('over ten thousand reconnects nothing is left behind, and the memory stays flat', {
  timeout: 300_000,
}, async () => {
  const { client, clock, server, environment, timers, reports, names } = createStage(
    withReconnect(feed, { attempts: 1e9, stableMs: 100, maxMs: 1000 }),
  );
  const sizes: number[] = [];
  client.connect();
  for (let n = 0; n < 10000; n++) {
    void client.send('NOTE', { n }).catch(() => {});
    await clock.advance(1300);
    server.latest.close(1006);
    await clock.advance(1001);
    // What the fakes note grows; the client's own must not.
    (server.connections as unknown[]).splice(0, server.connections.length - 1);
    for (const notes of [reports, names]) notes.length = 0;
    if (n % 2500 === 2499) {
      collectGarbage();
      sizes.push(process.memoryUsage().heapUsed);
    }
  }
  expect([timers.size <= 1, environment.listeners]).toEqual([true, 1]);
  // A hundred bytes a reconnect would be more.
  expect(sizes.at(-1)! - sizes[1]!).toBeLessThan(500_000);
  client.dispose();
});
