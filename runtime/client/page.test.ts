import { expect, test } from 'vitest';
import { createStage } from './fixtures/stage.ts';
import { feed, talk } from './fixtures/tables.ts';

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
  const { clock, environment, server, client } = createStage(feed, { pauseWhenHidden: true }, { handshake: 'refuse' });
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
