import { describe, expect, test } from 'vitest';
import { createStage } from './fixtures/stage.ts';
import { board, feed, talk } from './fixtures/tables.ts';
import type { Message } from './message.ts';

const sequences = (messages: readonly Message[]) =>
  messages.filter((message) => 'seq' in message).map(({ seq }) => seq);

describe('connecting', () => {
  test('nothing happens before connect()', async () => {
    const { clock, server, client } = createStage(feed);
    await clock.advance(100000);
    expect(server.connections).toEqual([]);
    expect(client.state).toMatchObject({ name: 'idle', ready: false });
  });

  test('address, parameters, query and token', async () => {
    const { clock, server, client } = createStage(board, {
      parameters: { room: 'ä/b' },
      query: { character: 5, none: undefined },
      token: ({ attempt }) => Promise.resolve(`t&${attempt}`),
    });
    client.connect();
    await clock.advance(10);
    expect(server.latest.url).toBe('ws://localhost:1234/base/ws/%C3%A4%2Fb/?character=5&token=t%260');
  });

  test('a missing parameter is told at once', () => {
    const { client } = createStage(board, { parameters: {} });
    expect(() => client.connect()).toThrow('board lacks the parameter room');
  });

  test('connected when open, ready by the contract', async () => {
    const { clock, client, names } = createStage(feed);
    client.connect();
    await clock.advance(10);
    expect(client.state).toMatchObject({ name: 'connected', ready: false });
    await clock.advance(1000);
    expect(client.state.ready).toBe(true);
    expect(names).toEqual(['connecting', 'connected', 'connected']);
  });

  test('a stop code is final, and connect() leaves it', async () => {
    const { clock, server, client } = createStage(feed);
    client.connect();
    await clock.advance(10);
    server.latest.close(1008);
    await clock.advance(1000000);
    expect(client.state).toMatchObject({ name: 'closed', reason: 'stop-code', code: 1008 });
    expect(server.connections).toHaveLength(1);
    client.connect();
    await clock.advance(10);
    expect(client.state).toMatchObject({ name: 'connected', reason: undefined });
  });

  test('a refused token is asked for again at once; refused again, it is final', async () => {
    const asked: number[] = [];
    const { clock, server, client } = createStage(talk, {
      token: ({ attempt }) => {
        asked.push(attempt);
        return 'x';
      },
    });
    server.beats = false;
    client.connect();
    await clock.advance(1);
    server.latest.close(4001);
    await clock.advance(1);
    expect(asked).toEqual([0, 1]);
    server.latest.close(4001);
    await clock.advance(1000000);
    expect(asked).toEqual([0, 1]);
    expect(client.state).toMatchObject({ name: 'closed', reason: 'stop-code' });
  });

  test('slow draws the first delay from the spread', async () => {
    const { clock, server, client } = createStage(feed);
    client.connect();
    await clock.advance(10);
    server.latest.close(1012);
    expect(client.state.retryAt).toBeCloseTo(clock.now() + 2500, 3);
  });

  test('attempts end, the count starts again after a stable connection', async () => {
    const { clock, server, client } = createStage(feed, {}, { handshake: 'refuse' });
    client.connect();
    await clock.advance(3000);
    expect(client.state.attempt).toBe(2);
    server.handshake = 'accept';
    await clock.advance(5000);
    expect(client.state).toMatchObject({ name: 'connected', attempt: 3 });
    await clock.advance(12000);
    expect(client.state.attempt).toBe(0);
    server.handshake = 'refuse';
    server.latest.close(1006);
    await clock.advance(1000000);
    expect(client.state).toMatchObject({ name: 'closed', reason: 'attempts', attempt: 20 });
  });

  test('a server that accepts and closes at once is not hammered', async () => {
    const { clock, server, client } = createStage(
      { ...feed, reconnect: { ...feed.reconnect, attempts: 1000 } },
      {},
      { onOpen: (connection) => connection.close(1006) },
    );
    client.connect();
    await clock.advance(300000);
    const before = server.connections.length;
    await clock.advance(600000);
    expect((server.connections.length - before) / 10).toBeLessThanOrEqual(4);
  });

  test('a token that never comes, fails, or comes late', async () => {
    const answers: ((token: string) => void)[] = [];
    const { clock, server, client, reports } = createStage(feed, {
      token: () => new Promise<string>((resolve) => answers.push(resolve)),
    });
    client.connect();
    await clock.advance(10000);
    expect(client.state.name).toBe('reconnecting');
    expect(reports).toMatchObject([{ kind: 'token' }]);
    answers[0]!('late');
    await clock.advance(100);
    expect(server.connections).toEqual([]);
    await clock.advance(1000);
    answers[1]!('in time');
    await clock.advance(10);
    expect(server.latest.token).toBe('in time');
  });

  test('an answer of the provider after close() opens nothing', async () => {
    let answer = (_: string) => {};
    const { clock, server, client } = createStage(feed, {
      token: () =>
        new Promise<string>((resolve) => {
          answer = resolve;
        }),
    });
    client.connect();
    client.close();
    answer('x');
    await clock.advance(100000);
    expect(server.connections).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('connect() during a wait tries at once and adds no attempt', async () => {
    const { clock, server, client } = createStage(feed, {}, { handshake: 'refuse' });
    client.connect();
    await clock.advance(1);
    expect(client.state).toMatchObject({ name: 'reconnecting', attempt: 0 });
    client.connect();
    await clock.advance(1);
    expect(server.connections).toHaveLength(2);
    expect(client.state.attempt).toBe(0);
  });

  test('close() ends with 1000, and does not wait for a dead connection', async () => {
    const { clock, timers, server, client, environment } = createStage(feed);
    client.connect();
    await clock.advance(10);
    server.latest.cut();
    client.close();
    expect(client.state.name).toBe('closing');
    expect(server.latest.closedWith).toBe(1000);
    await clock.advance(1000);
    expect(client.state).toMatchObject({ name: 'closed', reason: 'requested' });
    expect([timers.size, environment.listeners]).toEqual([0, 0]);
  });

  test('an old socket is deaf', async () => {
    const { clock, server, client, messages } = createStage(board);
    client.connect();
    await clock.advance(10);
    const [old] = server.connections;
    client.close();
    client.connect();
    await clock.advance(10);
    old!.send('PONG');
    expect(messages).toEqual([]);
    expect(client.state.name).toBe('connected');
  });
});

describe('the page', () => {
  test('offline retries every 30 s, online at once', async () => {
    const { clock, environment, server, client } = createStage(feed, {}, { handshake: 'refuse' });
    client.connect();
    await clock.advance(1);
    environment.fire('offline');
    expect(client.state.retryAt).toBe(clock.now() + 30000);
    await clock.advance(60001);
    expect(server.connections).toHaveLength(3);
    environment.fire('online');
    await clock.advance(0);
    expect(server.connections).toHaveLength(4);
    expect(client.state.attempt).toBe(3);
  });

  test('a hidden page makes no attempts where it is told so, and one when shown', async () => {
    const { clock, environment, server, client } = createStage(
      feed,
      { pauseWhenHidden: true },
      { handshake: 'refuse' },
    );
    client.connect();
    await clock.advance(1);
    environment.fire('hidden');
    await clock.advance(1000000);
    expect(server.connections).toHaveLength(1);
    environment.fire('visible');
    await clock.advance(1);
    expect(server.connections).toHaveLength(2);
  });

  test('into the back/forward cache and out of it', async () => {
    const { clock, environment, server, client } = createStage(feed);
    client.connect();
    await clock.advance(5);
    environment.fire('pagehide');
    expect(server.latest.readyState).toBe(2);
    await clock.advance(1000000);
    expect(server.connections).toHaveLength(1);
    environment.fire('pageshow');
    await clock.advance(1);
    expect(server.connections).toHaveLength(2);
  });

  test('offline, online and shown probe an open connection, and keep it', async () => {
    const { clock, environment, server, client, types } = createStage(talk);
    client.connect();
    await clock.advance(10);
    for (const event of ['offline', 'online', 'visible'] as const) environment.fire(event);
    await clock.advance(6000);
    expect(types()).toEqual(['ping', 'ping', 'ping', 'ping']);
    expect(server.connections).toHaveLength(1);
  });
});

describe('heartbeat', () => {
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
});

describe('sequenced messages', () => {
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
    expect(server.latest.received.slice(1)).toEqual([
      { type: 'PING' },
      { type: 'RESYNC', lastSeq: 0 },
      { type: 'PING' },
    ]);
    server.latest.send('PONG');
    expect(reports).toEqual([]);
    server.latest.send('PONG');
    expect(reports).toEqual([{ kind: 'gap', from: 1, to: 1 }]);
    expect(sequences(messages)).toEqual([0, 2]);
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
});

describe('sending', () => {
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
});

describe('receiving', () => {
  test('what is no message of the contract is reported, never fatal', async () => {
    const { clock, server, client, reports, messages } = createStage(feed);
    client.connect();
    await clock.advance(1);
    const { latest } = server;
    for (const data of [
      '{',
      '[]',
      'null',
      new ArrayBuffer(1),
      'x'.repeat(1001),
      '{"type":"NOPE"}',
      '{"type":"__proto__"}',
    ])
      latest.sendRaw(data);
    latest.send('NEWS', { bad: true });
    latest.send('NEWS', { n: 1 });
    expect(reports.map(({ kind }) => kind)).toEqual([
      'malformed',
      'malformed',
      'malformed',
      'binary',
      'oversize',
      'unknown',
      'unknown',
      'invalid',
    ]);
    expect(messages).toEqual([{ type: 'NEWS', n: 1 }]);
  });

  test('a repeat by id is dropped', async () => {
    const { clock, server, client, messages, reports } = createStage(talk);
    client.connect();
    await clock.advance(1);
    for (const id of [1, 2, 1]) server.latest.send('said', { message: { id } });
    expect(messages.filter(({ type }) => type === 'said')).toHaveLength(2);
    expect(reports).toEqual([]);
  });

  test('a handler that throws stops no other, and is reported', async () => {
    const { clock, server, client, reports } = createStage(feed);
    const heard: unknown[] = [];
    client.on('NEWS', () => {
      throw new Error('mine');
    });
    const off = client.on('NEWS', (message) => heard.push(message));
    client.connect();
    await clock.advance(1);
    server.latest.send('NEWS');
    off();
    server.latest.send('NEWS');
    expect(heard).toHaveLength(1);
    expect(reports).toMatchObject([{ kind: 'handler' }, { kind: 'handler' }]);
  });

  test('handlers may do anything', async () => {
    const { clock, server, client, names } = createStage(feed);
    client.on('NEWS', () => {
      client.close();
      client.connect();
      void client.send('NOTE', { n: 1 });
    });
    client.connect();
    await clock.advance(1);
    server.latest.send('NEWS');
    await clock.advance(1100);
    expect(server.connections).toHaveLength(2);
    expect(server.latest.received).toEqual([{ type: 'NOTE', n: 1 }]);
    expect(names.at(-1)).toBe('connected');
  });

  test('messages() yields everything, ends with the client and with return()', async () => {
    const { clock, server, client, reports } = createStage(feed);
    client.connect();
    await clock.advance(1);
    const iterator = client.messages();
    const left = client.messages();
    for (let n = 0; n < 3; n++) server.latest.send('NEWS', { n });
    expect(await left.next()).toMatchObject({ value: { n: 0 } });
    await left.return?.();
    expect(await left.next()).toMatchObject({ done: true });
    client.close();
    await clock.advance(10);
    const seen: unknown[] = [];
    for await (const message of iterator) seen.push(message.n);
    expect(seen).toEqual([0, 1, 2]);
    expect(reports).toEqual([]);
  });

  test('an iterator that is not read keeps the last thousand, and says so', async () => {
    const { clock, server, client, reports } = createStage(feed);
    client.connect();
    await clock.advance(1);
    const iterator = client.messages();
    for (let n = 0; n < 1002; n++) server.latest.send('NEWS', { n });
    expect(reports).toEqual([{ kind: 'unread' }, { kind: 'unread' }]);
    expect((await iterator.next()).value).toMatchObject({ n: 2 });
    const waiting = (async () => {
      for await (const { n } of iterator) if (n === 'last') return n;
      return undefined;
    })();
    server.latest.send('NEWS', { n: 'last' });
    expect(await waiting).toBe('last');
  });

  test('the snapshot stays the same object while nothing changes', async () => {
    const { clock, server, client } = createStage(feed);
    client.connect();
    await clock.advance(1001);
    const before = client.state;
    server.latest.send('NEWS');
    await clock.advance(5);
    expect(client.state).toBe(before);
  });

  test('dispose() leaves nothing behind', async () => {
    const { clock, timers, environment, server, client, names } = createStage(feed);
    client.connect();
    await clock.advance(1);
    const told = names.length;
    client.dispose();
    client.connect();
    expect(server.latest.readyState).toBe(2);
    await clock.advance(100000);
    expect([timers.size, environment.listeners, server.connections.length]).toEqual([0, 0, 1]);
    expect(names.slice(told)).toEqual([]);
    await expect(client.send('NOTE', {})).rejects.toMatchObject({ code: 'closed' });
  });

  test('no token in the debug log', async () => {
    const log: string[] = [];
    const { clock, client } = createStage(talk, {
      token: () => 'secret-token',
      debug: (what) => log.push(JSON.stringify(what)),
    });
    client.connect();
    await clock.advance(10);
    expect(log.some((line) => line.includes('"write"'))).toBe(true);
    expect(log.join()).not.toContain('secret-token');
  });
});
