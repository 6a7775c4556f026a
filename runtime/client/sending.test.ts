import { expect, test } from 'vitest';
import { createStage } from './fixtures/stage.ts';
import { board, feed, talk } from './fixtures/tables.ts';
import type { Message } from './message.ts';

const ready = async () => {
  const stage = createStage(talk);
  stage.client.connect();
  await stage.clock.advance(1);
  return stage;
};
const text = (stage: { types: () => unknown[] }) => stage.types();

test('without a queue, sending while not ready fails at once', async () => {
  const { client } = createStage(board);
  await expect(client.send('CHAT', { text: 'a' })).rejects.toMatchObject({ code: 'not-ready' });
});

test('the queue waits, is sent once and in order, and lets the oldest go', async () => {
  const { clock, client, server, reports } = createStage(feed);
  const sent = [1, 2, 3, 4].map((n) => client.send('NOTE', { n }));
  await expect(sent[0]).rejects.toMatchObject({ code: 'overflow' });
  expect(reports).toMatchObject([{ kind: 'dropped', code: 'overflow', message: { n: 1 } }]);
  client.connect();
  await clock.advance(900);
  expect(server.latest.received).toEqual([]);
  await clock.advance(200);
  expect(server.latest.received).toEqual([2, 3, 4].map((n) => ({ type: 'NOTE', n })));
  await Promise.all(sent.slice(1));
  server.latest.close(1006);
  await clock.advance(5000);
  expect(server.latest.received).toEqual([]);
});

test('the queue is bounded by bytes and by age', async () => {
  const { clock, client, reports } = createStage(feed);
  const big = client.send('NOTE', { n: 'x'.repeat(160) });
  const second = client.send('NOTE', { n: 'ä'.repeat(75) });
  await expect(big).rejects.toMatchObject({ code: 'overflow' });
  await clock.advance(60000);
  await expect(second).rejects.toMatchObject({ code: 'expired' });
  expect(reports).toHaveLength(2);
  await expect(client.send('NOTE', { n: 'ä'.repeat(150) })).rejects.toMatchObject({ code: 'too-large' });
});

test('in a final state all of the queue settles', async () => {
  const { client } = createStage(feed);
  const sent = client.send('NOTE', { n: 1 });
  client.close();
  await expect(sent).rejects.toMatchObject({ code: 'closed' });
  await expect(client.send('NOTE', { n: 1 })).rejects.toMatchObject({ code: 'closed' });
});

test('a slow socket is not fed faster than it drains', async () => {
  const { clock, client, server } = createStage(feed);
  client.connect();
  await clock.advance(1001);
  server.latest.buffer(300000);
  const sent = client.send('NOTE', { n: 1 });
  await clock.advance(500);
  expect(server.latest.received).toEqual([]);
  server.latest.buffer(0);
  await clock.advance(51);
  await sent;
  expect(server.latest.received).toEqual([{ type: 'NOTE', n: 1 }]);
});

test('a socket that is closing is given nothing: it would be swallowed', async () => {
  const { clock, client, server } = createStage(feed);
  client.connect();
  await clock.advance(900);
  const early = client.send('NOTE', { n: 1 });
  // Ready by time alone, when the server has refused it already.
  server.latest.startClosing();
  await clock.advance(200);
  const late = client.send('NOTE', { n: 2 });
  server.latest.close(1006);
  await clock.advance(5000);
  expect(server.connections.map(({ received }) => received)).toEqual([[], [1, 2].map((n) => ({ type: 'NOTE', n }))]);
  await Promise.all([early, late]);
});

test('a slow socket drains, however often more is sent', async () => {
  const { clock, client, server } = createStage({ ...feed, queue: { messages: 1000, maxAgeMs: 60000 } });
  client.connect();
  await clock.advance(1001);
  server.latest.buffer(300000);
  void client.send('NOTE', { n: 0 });
  server.latest.buffer(0);
  for (let n = 1; n < 10; n++) {
    await clock.advance(20);
    void client.send('NOTE', { n });
  }
  expect(server.latest.received.length).toBeGreaterThan(5);
});

test('ids and timestamps are filled in', async () => {
  const stage = await ready();
  void stage.client.send('say', { data: { message: 'a' } });
  await stage.clock.advance(1);
  expect(stage.server.latest.received).toMatchObject([
    { type: 'ping', id: expect.any(String), data: { timestamp: 946684800000 } },
    { type: 'say', id: expect.any(String), timestamp: '2000-01-01T00:00:00.001Z', data: { message: 'a' } },
  ]);
  expect(text(stage)).toEqual(['ping', 'say']);
});

test('requests: by id in any order, error, timeout, not ready, disconnect', async () => {
  const stage = createStage(talk);
  const { clock, client, server } = stage;
  await expect(client.request('load', {})).rejects.toMatchObject({ code: 'not-ready' });
  client.connect();
  await clock.advance(1);
  const ids = ['a', 'b', 'c', 'd', 'e'];
  const [a, b, c, d, e] = ids.map((id) => client.request('load', { id }, id === 'e' ? { timeoutMs: 9000 } : {}));
  server.latest.send('loaded', { id: 'b', n: 2 });
  server.latest.send('loaded', { id: 'b', n: 3 });
  server.latest.send('loaded', { id: 'a', n: 1 });
  server.latest.send('error', { id: 'c', data: { code: 'x' } });
  await expect(b).resolves.toMatchObject({ n: 2 });
  await expect(a).resolves.toMatchObject({ n: 1 });
  await expect(c).rejects.toMatchObject({ code: 'rejected', reply: { data: { code: 'x' } } });
  await clock.advance(5001);
  await expect(d).rejects.toMatchObject({ code: 'timeout' });
  server.latest.close(1006);
  await expect(e).rejects.toMatchObject({ code: 'disconnected' });
});

test('a request outlives what the contract does not let reject it', async () => {
  const load = { ...talk.messages.load, waits: true, stays: true, ignoresErrors: true };
  const { clock, client, server, types } = createStage({ ...talk, messages: { ...talk.messages, load } });
  const request = client.request('load', { id: 'a' }, { timeoutMs: 9000 });
  client.connect();
  await clock.advance(1);
  expect(types()).toEqual(['ping', 'load']);
  server.latest.send('error', { id: 'a' });
  server.latest.close(1006);
  await clock.advance(2000);
  server.latest.send('loaded', { id: 'a', n: 1 });
  await expect(request).resolves.toMatchObject({ n: 1 });
  const late = client.request('load', { id: 'b' });
  await clock.advance(5001);
  await expect(late).rejects.toMatchObject({ code: 'timeout' });
});

test('a request is given up by its signal', async () => {
  const { client, server } = await ready();
  const controller = new AbortController();
  const request = client.request('load', { id: 'a' }, { signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(request).rejects.toThrow('enough');
  server.latest.send('loaded', { id: 'a' });
  await expect(client.request('load', {}, { signal: controller.signal })).rejects.toThrow('enough');
});

test('an idempotent message is sent again until it is confirmed', async () => {
  const { clock, client, server, types } = await ready();
  const ids = ['a', 'b', 'c'];
  const [a, b, c] = ids.map((id) => client.send('say', { id }));
  server.latest.send('said', { message: { id: 1, client_id: 'a' } });
  await a;
  server.latest.close(1006);
  await clock.advance(2000);
  expect(types()).toEqual(['ping', 'say', 'say']);
  expect(server.latest.received.slice(1)).toMatchObject([{ id: 'b' }, { id: 'c' }]);
  server.latest.send('ack', { id: 'b' });
  server.latest.send('error', { id: 'c' });
  await b;
  await expect(c).rejects.toMatchObject({ code: 'rejected' });
  server.latest.close(1006);
  await clock.advance(4000);
  expect(types()).toEqual(['ping']);
});

test('an idempotent message that is never confirmed expires', async () => {
  const { clock, client, reports } = await ready();
  const sent = client.send('say', {});
  await clock.advance(60001);
  await expect(sent).rejects.toMatchObject({ code: 'expired' });
  expect(reports).toMatchObject([{ kind: 'dropped', code: 'expired' }]);
});

test('rooms are joined again before the queue is sent', async () => {
  const { clock, client, server } = await ready();
  const join = (room_id: string) => client.send('join', { data: { room_id } });
  for (const room of ['a', 'b', 'c', 'd']) void join(room);
  void client.send('leave', { data: { room_id: 'c' } });
  await clock.advance(1);
  const refused = server.latest.received.find((message) => (message as { data: Message }).data.room_id === 'd');
  server.latest.send('error', { id: (refused as Message).id });
  server.latest.close(1006);
  void client.send('say', { data: { message: 'x' } });
  await clock.advance(3000);
  expect(server.latest.received.slice(1)).toMatchObject([{ type: 'join', data: { room_id: 'b' } }, { type: 'say' }]);
});
