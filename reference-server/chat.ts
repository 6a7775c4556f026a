// The domain of chat: rooms whose messages are kept, what a user has read, and who may enter.

import { randomUUID } from 'node:crypto';
import { refuse, type Store, type User } from 'wirepact/server';
import { bindChat } from '../generated/channels/chat/server.ts';
import type { ChatEntry, ChatMessage, ChatUser, RoomSummary } from '../generated/channels/chat/types.ts';
import { mayEnterChat } from './fixtures.ts';

const KEPT_MESSAGES = 1000;
const KEPT_ROOMS = 1000;
const PAGE = 50;

const messagesOf = (room: string): string => `messages ${room}`;
const roomsOf = (user: User): string => `rooms ${user.id}`;
const readMark = (user: User, room: string): string => `read ${JSON.stringify([user.id, room])}`;

const entriesOf = async (store: Store, room: string): Promise<ChatEntry[]> => {
  const kept = (await store.read(messagesOf(room), KEPT_MESSAGES)) as readonly ChatMessage[];
  return kept.map(({ message }) => message);
};

const person = (user: User): ChatUser => ({ id: user.id, username: user.name });

const summarise = async (store: Store, user: User, room: string): Promise<RoomSummary> => {
  const entries = await entriesOf(store, room);
  const mark = await store.load(readMark(user, room));
  const unread = entries.slice(entries.findIndex((entry) => entry.id === mark) + 1);
  return {
    id: room,
    name: room,
    unread_count: unread.filter((entry) => entry.sender.id !== user.id).length,
    last_message: entries.at(-1) ?? null,
  };
};

export const chat = bindChat({
  authorize: ({ user, room }) => {
    if (room !== null && !mayEnterChat(user, room)) throw refuse('forbidden', 'This room is closed.');
    return undefined;
  },
  enter: ({ user, room }) => {
    if (!mayEnterChat(user, room.id)) throw refuse('forbidden', 'You may not enter this room.', '/data/room_id');
  },
  joined: async ({ user, room, store, by, again }) => {
    const rooms = await store.read(roomsOf(user), KEPT_ROOMS);
    if (!again && !rooms.includes(room.id)) await store.append(roomsOf(user), room.id, KEPT_ROOMS);
    return by === 'message' ? { type: 'ack', data: { room_id: room.id } } : undefined;
  },
  left: ({ room, by }) => (by === 'message' ? { type: 'ack', data: { room_id: room.id } } : undefined),
  on: {
    chat_message: async ({ id: client_id, data }, { user, room, now, remember }) => {
      const message: ChatEntry = {
        id: randomUUID(),
        content: data.message,
        sender: person(user),
        timestamp: now,
        room_id: room.id,
        ...(client_id !== undefined && { client_id }),
      };
      remember({ type: 'ack', data: { room_id: room.id, message_id: message.id } });
      await room.sendKept({ type: 'chat_message', message }, { list: messagesOf(room.id), keep: KEPT_MESSAGES });
    },
    typing_indicator: async ({ data }, { user, room }) => {
      const { is_typing } = data;
      await room.otherUsers({ type: 'typing_indicator', data: { user: person(user), is_typing, room_id: room.id } });
    },
    read_receipt: async ({ data }, { user, room, now }) => {
      const { message_id } = data;
      await room.others({
        type: 'read_receipt',
        data: { user: person(user), message_id, room_id: room.id, read_at: now },
      });
    },
    load_history: async ({ data }, { room, store }) => {
      const entries = await entriesOf(store, room.id);
      const before = data?.before;
      const end = before === undefined ? entries.length : entries.findIndex((entry) => entry.id === before);
      if (end < 0) throw refuse('not-found', 'There is no such message in this room.', '/data/before');
      const start = Math.max(0, end - (data?.limit ?? PAGE));
      return { type: 'history', data: { messages: entries.slice(start, end), has_more: start > 0 } };
    },
    load_rooms: async (_message, { user, store }) => {
      const names = new Set((await store.read(roomsOf(user), KEPT_ROOMS)) as readonly string[]);
      const rooms = await Promise.all([...names].map((room) => summarise(store, user, room)));
      return { type: 'rooms', data: { rooms } };
    },
    mark_room_read: async (_message, { user, room, store }) => {
      const last = (await entriesOf(store, room.id)).at(-1);
      await store.save(readMark(user, room.id), last?.id ?? null);
      return { type: 'ack', data: { room_id: room.id } };
    },
  },
});
