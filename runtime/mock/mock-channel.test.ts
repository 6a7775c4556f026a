import { afterEach, expect, it } from 'vitest';
import { lobby } from '../server/fixtures/lobby.ts';
import { TestSocket } from '../server/fixtures/test-socket.ts';
import { ContractServer } from '../server/server.ts';
import { type MockMessage, mockChannel } from './mock-channel.ts';
import { mockUsers, mockVerifier, opaqueToken } from './mock-users.ts';

let server: ContractServer;
afterEach(() => server.close());

const from = (pointer: string) => ({ from: 'message', pointer }) as const;

const messages: readonly MockMessage[] = [
  {
    type: 'said',
    triggers: [
      {
        on: 'message',
        message: 'say',
        user: null,
        fields: [
          { target: '/text', source: from('/text') },
          { target: '/mood', source: from('/mood') },
          { target: '/from', source: { from: 'user-id' } },
          { target: '/where', source: { from: 'room' } },
        ],
      },
    ],
  },
  { type: 'poked', triggers: [{ on: 'message', message: 'poke', user: '/user', fields: [] }] },
  { type: 'announced', triggers: [{ on: 'message', message: 'announce', user: null, fields: [] }] },
  { type: 'ack', triggers: [{ on: 'message', message: 'slow', user: null, fields: [] }] },
];

const start = async (): Promise<(name: string, room?: string) => Promise<TestSocket>> => {
  const users = mockUsers([lobby.table]);
  server = new ContractServer({
    channels: [mockChannel(lobby, messages)],
    verifier: mockVerifier(users, 'unused'),
    log: () => {},
  });
  await server.listen();
  return async (name, room = 'den') => {
    const user = users.find((one) => one.name === name);
    const token = user ? opaqueToken(user) : 'nobody';
    const socket = await TestSocket.open(`${server.url}/base/rooms/${room}/?token=${token}`);
    socket.send({ type: 'join' });
    return socket;
  };
};

it('answers a client message by what it causes, filled from the message, the user and the room', async () => {
  const open = await start();
  const [alice, bob] = [await open('alice'), await open('bob')];
  await bob.until('snapshot');
  alice.send({ type: 'say', text: 'hello', id: 'a', unknown: 1 });
  const said = await bob.until('said');
  expect(said).toEqual({ type: 'said', text: 'hello', from: '1', where: 'den', seq: 1, at: said.at });
  alice.send({ type: 'poke', user: '2' });
  expect(await bob.until('poked')).toEqual({ type: 'poked' });
  alice.send({ type: 'slow', id: 'b' });
  expect(await alice.until('ack')).toEqual({ type: 'ack', id: 'b' });
});

it('keeps numbers, presence, repeats and roles as any server of the runtime', async () => {
  const open = await start();
  const alice = await open('alice');
  expect(await alice.next()).toEqual({ type: 'snapshot', seq: 0 });
  const admin = await open('admin');
  expect(await alice.next()).toEqual({ type: 'came', user: '8' });
  alice.send({ type: 'announce' });
  expect(await alice.next()).toMatchObject({ code: 'forbidden' });
  admin.send({ type: 'announce' });
  expect(await alice.next()).toEqual({ type: 'announced' });
  for (const text of ['once', 'once', 'other']) alice.send({ type: 'say', id: 'x', text });
  expect(await alice.next()).toMatchObject({ type: 'said', seq: 1 });
  expect(await alice.next()).toMatchObject({ type: 'ack', id: 'x' });
  expect(await alice.next()).toMatchObject({ code: 'id-reused' });
});

it('refuses a bad token, a room called missing and one called forbidden', async () => {
  const open = await start();
  const codes = [];
  for (const [name, room] of [['nobody'], ['alice', 'missing'], ['alice', 'forbidden']] as const) {
    codes.push((await (await open(name, room)).closed).code);
  }
  expect(codes).toEqual([4001, 4004, 4005]);
});
