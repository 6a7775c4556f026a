import { expect, test } from 'vitest';
import { createStage } from './fixtures/stage.ts';
import { board, feed, talk } from './fixtures/tables.ts';

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
