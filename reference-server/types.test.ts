import { expect, it } from 'vitest';
import { type ContractServer, createServer } from 'wirepact/server';
import { bindArena } from '../generated/channels/arena/server.ts';
import { bindBucketlist } from '../generated/channels/bucketlist/server.ts';
import { bindChat } from '../generated/channels/chat/server.ts';
import { bindClimbing } from '../generated/channels/climbing/server.ts';
import { bindTabletop } from '../generated/channels/tabletop/server.ts';
import { arena } from './arena.ts';
import { bucketlist } from './bucketlist.ts';

// Nothing here runs: the compiler judges each line, and `@ts-expect-error` fails where it does not.
const chat = bindChat({
  on: {
    chat_message: async (message, { connection, room, remember }) => {
      connection.send({ type: 'ack', data: { room_id: room.id } });
      remember({ type: 'ack', data: { room_id: room.id } });
      // @ts-expect-error a direct message has no way into a room
      await room.send({ type: 'ack', data: { room_id: room.id } });
      // @ts-expect-error nor to others
      await room.others({ type: 'pong', data: { timestamp: 1 } });
      // @ts-expect-error a room's message cannot be sent to one connection
      connection.send({ type: 'chat_message', message: {} });
      // @ts-expect-error what goes to other users does not go to the whole room
      await room.send({ type: 'typing_indicator', data: {} });
      // @ts-expect-error a message that the contract does not have
      connection.send({ type: 'shout' });
      // @ts-expect-error a property that the message does not have
      message.data.colour;
    },
    // @ts-expect-error a handler of a request has to reply
    load_rooms: async () => {},
    // @ts-expect-error with the reply of the contract
    load_history: () => ({ type: 'ack', data: { room_id: 'x' } }),
    typing_indicator: async (_message, { room }) => {
      // @ts-expect-error what goes to others except the sender is another message
      await room.otherUsers({ type: 'read_receipt', data: {} });
    },
    read_receipt: () => {},
    mark_room_read: (_message, { room }) => ({ type: 'ack', data: { room_id: room.id } }),
  },
});

const game = bindArena({
  on: {
    CHAT: async (_message, { room }) => {
      await room.send({ type: 'CHAT', text: 'without number and time: the runtime adds them' });
      // @ts-expect-error a number is never given by a handler
      await room.send({ type: 'CHAT', seq: 1, text: 'x' });
    },
    // @ts-expect-error heartbeats are the runtime's
    PING: () => {},
  },
});

const table = bindTabletop({
  // @ts-expect-error a role that no message asks for
  authorize: () => ({ roles: ['king'] }),
  // @ts-expect-error every message has a handler
  on: {},
});

const session = bindClimbing({
  on: {
    message: async ({ content }, { room }) => {
      // @ts-expect-error fields that the message requires
      await room.send({ type: 'message', content });
    },
    typing: () => {},
  },
});

const feed = bindBucketlist({
  on: {
    MESSAGE_VIEWED: async (_message, { toUsers, everyone }) => {
      // @ts-expect-error what goes to everyone does not go to users
      await toUsers('1', { type: 'SYSTEM_NOTIFICATION', data: { level: 'info', message: 'x' } });
      // @ts-expect-error what goes to users does not go to everyone
      await everyone({ type: 'MESSAGE_DELETED', data: { id: '1' } });
    },
  },
});

const outside = async (server: ContractServer): Promise<void> => {
  await server
    .of(arena)
    .room('x')
    .send({ type: 'SCORE_UPDATE', scores: { ada: 1 } });
  await server.of(bucketlist).everyone({ type: 'SYSTEM_NOTIFICATION', data: { level: 'info', message: 'x' } });
  // @ts-expect-error only a connection is answered directly
  await server.of(arena).room('x').send({ type: 'PONG' });
};

it('refuses at run time too what only a cast gets past the compiler', async () => {
  expect([chat, game, table, session, feed, outside]).toHaveLength(6);
  const server = createServer({ channels: [arena, bucketlist], log: () => {} });
  await expect(server.publish('arena', { type: 'PONG' }, { to: 'room', room: 'x' })).rejects.toThrow(
    'PONG of channel arena is delivered to direct, not to room.',
  );
  await expect(server.publish('arena', { type: 'NONE' }, { to: 'room', room: 'x' })).rejects.toThrow(
    'no server message',
  );
});
