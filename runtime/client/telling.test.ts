import { expect, test } from 'vitest';
import { createStage } from './fixtures/stage.ts';
import { feed } from './fixtures/tables.ts';

test('every change of the state is told, and nothing else is: closing before connecting too', async () => {
  const { client } = createStage(feed);
  const states: unknown[] = [];
  client.subscribe(() => states.push(client.state));
  client.close();
  client.close();
  expect(states).toEqual([expect.objectContaining({ name: 'closed', reason: 'requested' })]);
});

test('messages that change nothing leave the state the same object, and tell no one', async () => {
  const { client, clock, server } = createStage(feed);
  client.connect();
  await clock.advance(1000);
  const before = client.state;
  let told = 0;
  let heard = 0;
  client.subscribe(() => {
    told += 1;
  });
  client.on('NEWS', () => {
    heard += 1;
  });
  for (let n = 0; n < 5; n += 1) server.connections[0]?.send('NEWS', {});
  await clock.advance(10);
  expect([heard, told]).toEqual([5, 0]);
  expect(client.state).toBe(before);
});

test('a handler that is added while a message is told hears the next one; one that is taken away hears none', async () => {
  const { client, clock, server } = createStage(feed);
  client.connect();
  await clock.advance(1000);
  const heard: string[] = [];
  const late = () => void heard.push('late');
  const gone = () => void heard.push('gone');
  client.on('NEWS', () => {
    heard.push('first');
    client.on('NEWS', late);
    client.off('NEWS', gone);
  });
  client.on('NEWS', gone);
  server.connections[0]?.send('NEWS', {});
  await clock.advance(10);
  expect(heard).toEqual(['first']);
  server.connections[0]?.send('NEWS', {});
  await clock.advance(10);
  expect(heard).toEqual(['first', 'first', 'late']);
});
