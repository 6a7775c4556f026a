import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createStage } from './fixtures/stage.ts';
import { feed } from './fixtures/tables.ts';
import type { ClientTable } from './table.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const withReconnect = (table: ClientTable, changes: Partial<ClientTable['reconnect']>): ClientTable => ({
  ...table,
  reconnect: { ...table.reconnect, ...changes },
});

test('2: nothing piles up over many reconnects', async () => {
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

test('33: over ten thousand reconnects nothing is left behind, and the memory stays flat', {
  timeout: 300_000,
}, async () => {
  const { client, clock, server, sockets, environment, timers, reports, names } = createStage(
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
    for (const notes of [reports, names, sockets]) notes.length = 0;
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
