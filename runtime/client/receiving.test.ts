import { expect, test } from 'vitest';
import { createStage } from './fixtures/stage.ts';
import { feed, talk } from './fixtures/tables.ts';

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
