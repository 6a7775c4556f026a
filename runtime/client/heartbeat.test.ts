import { expect, test } from 'vitest';
import { createStage } from './fixtures/stage.ts';
import { board, feed } from './fixtures/tables.ts';

test('pings after an interval; without an answer the connection is given up, unasked for a close event', async () => {
  const { clock, server, client, types } = createStage(board);
  client.connect();
  await clock.advance(29000);
  expect(types()).toEqual(['JOIN']);
  await clock.advance(1001);
  expect(types()).toEqual(['JOIN', 'PING']);
  server.latest.cut();
  await clock.advance(30000);
  expect(client.state.name).toBe('connected');
  await clock.advance(10000);
  expect(server.connections[0]!.closedWith).toBe(4008);
  expect(client.state.code).toBe(4008);
  await clock.advance(1000);
  expect(server.connections).toHaveLength(2);
});

test('any inbound frame is life', async () => {
  const { clock, server, client } = createStage(board);
  server.beats = false;
  client.connect();
  await clock.advance(35000);
  server.latest.sendRaw('not json');
  await clock.advance(20000);
  expect(client.state.name).toBe('connected');
});

test('answers the server and misses it', async () => {
  const { clock, server, client, types } = createStage(feed);
  server.beats = false;
  client.connect();
  await clock.advance(1);
  server.latest.send('PING');
  await clock.advance(39000);
  expect(types()).toEqual(['PONG']);
  await clock.advance(2000);
  expect(server.connections[0]!.closedWith).toBe(4008);
});

test('after an hour asleep a dead connection is replaced within 5 s', async () => {
  const { clock, environment, server, client } = createStage(board);
  client.connect();
  await clock.advance(10000);
  server.latest.cut();
  clock.jump(3600000);
  environment.fire('visible');
  await clock.advance(5010);
  expect(server.connections).toHaveLength(2);
});

test('a timer that comes late probes', async () => {
  const { clock, server, client, types } = createStage(board);
  client.connect();
  await clock.advance(29000);
  server.beats = false;
  await clock.advance(5000);
  clock.jump(3600000);
  server.beats = true;
  await clock.advance(20000);
  expect(types()).toEqual(['JOIN', 'PING', 'PING']);
  expect(server.connections).toHaveLength(1);
});

test('a clock set back delays nothing for long', async () => {
  const { clock, client, types } = createStage(board);
  client.connect();
  await clock.advance(15000);
  clock.jump(-3600000);
  await clock.advance(46000);
  expect(types()).toContain('PING');
  expect(client.state.name).toBe('connected');
});
