import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Schemas } from '../conformance/harness/schemas.ts';
import { makeToken, type ReferenceServer, startReferenceServer, users } from '../reference-server/index.ts';
import { parseContract } from '../scripts/parse/load.ts';
import { LeapingClock } from './stand.ts';
import { TextOracle } from './text-oracle.ts';

const secret = 'of-the-things-that-were-found-once';
const contract = parseContract(new URL('../asyncapi.yaml', import.meta.url).pathname);
const oracle = new TextOracle(contract.channels.find(({ name }) => name === 'chat')!, new Schemas(contract));

let server: ReferenceServer;
beforeAll(async () => {
  // A clock whose methods are those of its class.
  server = await startReferenceServer({ secret, clock: new LeapingClock() });
});
afterAll(() => server.close());

const answerTo = async (text: string): Promise<unknown> => {
  const token = await makeToken(users[0]!, { secret });
  const socket = new WebSocket(`${server.url}/chat/ws/chat/lobby/?token=${token}`);
  await new Promise((resolve) => socket.once('open', resolve));
  const answer = new Promise((resolve) => socket.once('message', (data) => resolve(JSON.parse(String(data)))));
  socket.send(text);
  const got = await answer;
  socket.terminate();
  return got;
};

test.each([
  ['a number that overflows', '{"type":"ping","data":{"timestamp":1e999}}', 'invalid'],
  ['one that overflows by its digits', `{"type":"ping","data":{"timestamp":${'9'.repeat(400)}}}`, 'invalid'],
])('%s is no number: sent back, it would be null', async (_what, text, code) => {
  expect(await answerTo(text)).toMatchObject({ type: 'error', data: { code, pointer: '/data/timestamp' } });
  expect(oracle.judge(text)).toEqual({ is: 'refused', code });
});

test('the largest number that is one comes back', async () => {
  const text = '{"type":"ping","data":{"timestamp":1.7976931348623157e308}}';
  expect(await answerTo(text)).toMatchObject({ type: 'pong', data: { timestamp: Number.MAX_VALUE } });
  expect(oracle.judge(text)).toEqual({ is: 'handled' });
});
