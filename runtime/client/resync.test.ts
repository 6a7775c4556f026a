import { expect, test } from 'vitest';
import { createStage } from './fixtures/stage.ts';
import { board } from './fixtures/tables.ts';
import type { Message } from './message.ts';

const sequences = (messages: readonly Message[]) =>
  messages.filter((message) => 'seq' in message).map(({ seq }) => seq);

const joined = async (position: number) => {
  const stage = createStage(board);
  stage.client.connect();
  await stage.clock.advance(1);
  stage.server.latest.send('STATE', { seq: position });
  return stage;
};

test('the first join holds updates until the snapshot', async () => {
  const { clock, server, client, messages } = createStage(board);
  client.connect();
  await clock.advance(1);
  for (const seq of [4, 5, 6]) server.latest.send('MOVE', { seq });
  expect(messages).toEqual([]);
  server.latest.send('STATE', { seq: 5 });
  expect(sequences(messages)).toEqual([5, 6]);
  expect(client.state.ready).toBe(true);
});

test('duplicates are dropped, what is ahead waits', async () => {
  const { server, messages } = await joined(0);
  for (const seq of [1, 2, 3, 3, 6, 4, 5, 1]) server.latest.send('MOVE', { seq });
  expect(sequences(messages)).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test('after a reconnect: join, resync, ping; in order from the position', async () => {
  const { clock, server, messages, types, reports } = await joined(3);
  server.latest.close(1006);
  await clock.advance(2000);
  expect(types()).toEqual(['JOIN']);
  server.beats = false;
  server.latest.send('STATE', { seq: 6 });
  await clock.advance(1);
  expect(server.latest.received.slice(1)).toEqual([{ type: 'RESYNC', lastSeq: 3 }, { type: 'PING' }]);
  for (const seq of [7, 4, 5, 6]) server.latest.send('MOVE', { seq });
  server.latest.send('PONG');
  expect(sequences(messages)).toEqual([3, 4, 5, 6, 7]);
  expect(reports).toEqual([]);
});

test('a gap still open when the replay ends is told and skipped', async () => {
  const { clock, server, messages, reports } = await joined(3);
  server.latest.close(1006);
  await clock.advance(2000);
  server.beats = false;
  server.latest.send('STATE', { seq: 9 });
  for (const seq of [4, 7, 9]) server.latest.send('MOVE', { seq });
  server.latest.send('PONG');
  expect(sequences(messages)).toEqual([3, 4, 7, 9]);
  expect(reports).toEqual([
    { kind: 'gap', from: 5, to: 6 },
    { kind: 'gap', from: 8, to: 8 },
  ]);
});

test('a snapshot below the position is a new room, one after the resync a reset', async () => {
  const { clock, server, messages, types } = await joined(8);
  server.latest.close(1006);
  await clock.advance(2000);
  server.latest.send('STATE', { seq: 2 });
  server.latest.send('MOVE', { seq: 3 });
  await clock.advance(10);
  expect(types()).toEqual(['JOIN']);
  server.latest.close(1006);
  await clock.advance(4000);
  server.latest.send('STATE', { seq: 20 });
  server.latest.send('STATE', { seq: 21 });
  server.latest.send('MOVE', { seq: 22 });
  expect(sequences(messages)).toEqual([8, 2, 3, 21, 22]);
});

test('a gap while connected is asked for after a second', async () => {
  const { clock, server, messages, reports } = await joined(0);
  server.beats = false;
  server.latest.send('MOVE', { seq: 2 });
  await clock.advance(999);
  expect(server.latest.received).toHaveLength(1);
  await clock.advance(2);
  expect(server.latest.received.slice(1)).toEqual([{ type: 'RESYNC', lastSeq: 0 }, { type: 'PING' }]);
  server.latest.send('MOVE', { seq: 1 });
  server.latest.send('PONG');
  expect(sequences(messages)).toEqual([0, 1, 2]);
  expect(reports).toEqual([]);
});

test('the answer to an earlier ping does not end the replay', async () => {
  const { clock, server, messages, reports } = await joined(0);
  server.beats = false;
  await clock.advance(29500);
  server.latest.send('MOVE', { seq: 2 });
  await clock.advance(1010);
  expect(server.latest.received.slice(1)).toEqual([{ type: 'PING' }, { type: 'RESYNC', lastSeq: 0 }, { type: 'PING' }]);
  server.latest.send('PONG');
  expect(reports).toEqual([]);
  server.latest.send('PONG');
  expect(reports).toEqual([{ kind: 'gap', from: 1, to: 1 }]);
  expect(sequences(messages)).toEqual([0, 2]);
});

test('a replay in whose place an error comes is asked for again, for about a minute', async () => {
  const { clock, server, messages, reports, types } = await joined(0);
  server.beats = false;
  server.latest.send('MOVE', { seq: 3 });
  const refuse = async (afterMs: number) => {
    const before = types().length;
    await clock.advance(afterMs + 1);
    const asked = types().slice(before);
    expect(asked.filter((type) => type === 'RESYNC')).toHaveLength(1);
    server.latest.send('ERROR', { message: 'The storage cannot be reached.' });
    // Its heartbeat may have asked as well.
    for (const type of asked) if (type === 'PING') server.latest.send('PONG');
  };
  // The gap itself, and then each time twice as long.
  const waits = [1000, 1000, 2000, 4000, 8000, 16_000];
  for (const wait of waits) await refuse(wait);
  expect(reports).toEqual([]);
  const before = types().length;
  await clock.advance(32_001);
  server.latest.send('MOVE', { seq: 1 });
  server.latest.send('ERROR', { message: 'Of something else.' });
  server.latest.send('MOVE', { seq: 2 });
  for (const type of types().slice(before)) if (type === 'PING') server.latest.send('PONG');
  expect(sequences(messages)).toEqual([0, 1, 2, 3]);
  server.latest.send('MOVE', { seq: 5 });
  for (const wait of waits) await refuse(wait);
  expect(reports).toEqual([]);
  await refuse(32_000);
  expect(reports).toEqual([{ kind: 'gap', from: 4, to: 4 }]);
  expect(sequences(messages)).toEqual([0, 1, 2, 3, 5]);
});

test('where the contract has no number to ask by, the time of the last message is', async () => {
  const request = { type: 'RESYNC', lastTimestamp: ['since'] };
  const { end: _, ...resync } = { ...board.resync!, request, timestamp: ['at'], replay: ['RESYNC'] };
  const { clock, server, client, messages, reports } = createStage({ ...board, resync });
  client.connect();
  await clock.advance(1);
  server.latest.send('STATE', { seq: 3 });
  server.latest.send('MOVE', { seq: 4, at: '2000-01-01T00:00:04Z' });
  server.latest.send('MOVE', { seq: 6, at: '2000-01-01T00:00:06Z' });
  server.latest.send('MOVE', { seq: 5, at: '2000-01-01T00:00:05Z' });
  server.latest.close(1006);
  await clock.advance(2000);
  server.latest.send('STATE', { seq: 8 });
  await clock.advance(1);
  expect(server.latest.received.slice(1)).toEqual([{ type: 'RESYNC', since: '2000-01-01T00:00:06Z' }]);
  // What has the same time comes again.
  for (const seq of [6, 7, 8]) server.latest.send('MOVE', { seq, at: `2000-01-01T00:00:0${seq}Z` });
  expect(sequences(messages)).toEqual([3, 4, 5, 6, 7, 8]);
  expect(reports).toEqual([]);
});

test('no more than the holdback is held', async () => {
  const { server, messages, reports } = await joined(0);
  for (let seq = 2; seq <= 1002; seq++) server.latest.send('MOVE', { seq });
  expect(reports).toEqual([{ kind: 'gap', from: 1, to: 1 }]);
  expect(sequences(messages)).toHaveLength(1002);
});
