import fc from 'fast-check';
import { expect, test } from 'vitest';
import { numRuns } from './fixtures/runs.ts';
import { createStage } from './fixtures/stage.ts';
import { board, feed, talk } from './fixtures/tables.ts';
import type { ClientTable } from './table.ts';

const tables = fc.constantFrom(board, talk, feed);
const withReconnect = (table: ClientTable, changes: Partial<ClientTable['reconnect']>): ClientTable => ({
  ...table,
  reconnect: { ...table.reconnect, ...changes },
});

test('6, 9, 10, 11: the token is asked for once an attempt, never twice at a time; connections follow the model of the close codes', async () => {
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

test('12: a close event that is missing, late, or comes twice makes no difference', async () => {
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
