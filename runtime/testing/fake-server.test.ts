import { expect, test } from 'vitest';
import { createStage } from '../client/fixtures/stage.ts';
import { board, feed, talk } from '../client/fixtures/tables.ts';
import { createFakeClock, scaled } from './index.ts';

test('a clock runs timers in their order, and only when told', async () => {
  const clock = createFakeClock(1000);
  const ran: unknown[] = [];
  clock.setTimeout(() => ran.push(['b', clock.now()]), 20);
  clock.setTimeout(() => {
    ran.push(['a', clock.now()]);
    clock.setTimeout(() => ran.push(['c', clock.now()]), 10);
  }, 10);
  clock.clearTimeout(clock.setTimeout(() => ran.push('never'), 5));
  await clock.advance(20);
  expect(ran).toEqual([
    ['a', 1010],
    ['b', 1020],
    ['c', 1020],
  ]);
  clock.jump(3600000);
  expect([clock.now(), clock.pending]).toEqual([3601020, 0]);
});

test('a server answers and sends heartbeats until it is told not to', async () => {
  for (const table of [board, talk, feed]) {
    const { clock, server, client } = createStage(table);
    client.connect();
    await clock.advance(300000);
    expect(server.connections).toHaveLength(1);
    server.beats = false;
    await clock.advance(60000);
    expect(server.connections.length).toBeGreaterThan(1);
  }
});

test('handshakes are accepted, refused or left without an answer', async () => {
  const { clock, server, client } = createStage(feed, {}, { handshake: 'hang' });
  expect(() => server.latest).toThrow('No client has connected yet');
  client.connect();
  await clock.advance(9999);
  expect(client.state.name).toBe('connecting');
  server.handshake = 'refuse';
  await clock.advance(3000);
  expect(client.state).toMatchObject({ name: 'reconnecting', code: 1006 });
  server.handshake = 'accept';
  await clock.advance(3000);
  expect(client.state.name).toBe('connected');
});

test('a table scales in time only', () => {
  const small = scaled(board, 0.1);
  expect(small.reconnect).toMatchObject({ initialMs: 100, maxMs: 3000, multiplier: 2, jitter: 0.5, attempts: 10 });
  expect(small.ping).toMatchObject({ intervalMs: 3000, timeoutMs: 1000, code: 4008 });
  expect(small.resync?.ordering).toEqual(board.resync?.ordering);
});
