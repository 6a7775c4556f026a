import fc from 'fast-check';
import { expect, test } from 'vitest';
import { numRuns } from './fixtures/runs.ts';
import { createStage } from './fixtures/stage.ts';
import { board, feed, talk } from './fixtures/tables.ts';
import type { Message } from './message.ts';

test('13: a live server is never given up, however the page sleeps', async () => {
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

test('13: a dead server is found within interval and timeout, a close event or none', async () => {
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

test('14: every ping of the server is answered once, whatever else happens meanwhile', async () => {
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

test('15: a clock that is set forth and back gives up nobody who lives, and still finds who is dead', async () => {
  const jump = fc.record({
    ms: fc.constantFrom(-3_600_000, -60_000, -5, 5, 60_000, 3_600_000),
    runMs: fc.constantFrom(0, 1, 4000, 40_000),
  });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(board, talk), fc.array(jump, { maxLength: 12 }), async (table, jumps) => {
      const { client, clock, server } = createStage(table);
      client.connect();
      await clock.advance(1);
      for (const { ms, runMs } of jumps) {
        clock.jump(ms);
        await clock.advance(runMs);
      }
      expect(client.state.name).toBe('connected');
      expect(server.connections).toHaveLength(1);
      const { intervalMs, timeoutMs } = table.ping!;
      // A timer under way was set by the old time: one more interval, and its probe.
      await clock.advance(intervalMs + timeoutMs);
      server.latest.cut();
      await clock.advance(2 * (intervalMs + timeoutMs) + 1001);
      expect(server.connections.length).toBeGreaterThan(1);
    }),
    { numRuns },
  );
});
