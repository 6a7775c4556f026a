import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoff } from './backoff.ts';
import { numRuns } from './fixtures/runs.ts';
import { createStage } from './fixtures/stage.ts';
import { board, feed, talk } from './fixtures/tables.ts';
import type { ClientTable } from './table.ts';

const tables = fc.constantFrom(board, talk, feed);
const withReconnect = (table: ClientTable, changes: Partial<ClientTable['reconnect']>): ClientTable => ({
  ...table,
  reconnect: { ...table.reconnect, ...changes },
});

test('8: delays stay between d × (1 - jitter) and d, the cap comes before the jitter, and a slow close spreads', () => {
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

test('9: a server that accepts and closes at once sees at most four attempts a minute at the cap', async () => {
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
