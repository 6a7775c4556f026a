// What is known of the chat: a store outside of React, so that it goes on while other rooms are shown.
import { createStore, type Store } from 'wirepact/react';
import { type ChatClient, chatClient } from '../../../../generated/channels/chat/client.ts';
import type { Session } from '../session.ts';
import { addEntry, type Line } from './lines.ts';

export interface ChatState {
  readonly lines: { readonly [room: string]: readonly Line[] };
  /** Names of those who are typing. */
  readonly typing: { readonly [room: string]: readonly string[] };
  /** By reader: the last message that each has read. */
  readonly read: { readonly [room: string]: { readonly [reader: string]: string | number } };
  readonly unread: { readonly [room: string]: number };
  /** The room on the screen. */
  readonly active: string;
}

export interface OpenChat {
  readonly client: ChatClient;
  readonly store: Store<ChatState>;
}

/** Everybody starts here. */
export const homeRoom = 'general';

const initial: ChatState = { lines: {}, typing: {}, read: {}, unread: {}, active: homeRoom };

/** Nothing is connected before a component uses the client. */
export function openChat({ url, token, person }: Session): OpenChat {
  const client = chatClient({ url: `${url}/chat`, parameters: { room_id: homeRoom }, token });
  const store = createStore(client, initial, {
    chat_message(state, { message }) {
      const { room_id: room, sender } = message;
      const isMissed = sender.username !== person.name && (room !== state.active || document.hidden);
      return {
        ...state,
        lines: { ...state.lines, [room]: addEntry(state.lines[room] ?? [], message) },
        typing: { ...state.typing, [room]: (state.typing[room] ?? []).filter((name) => name !== sender.username) },
        unread: { ...state.unread, [room]: (state.unread[room] ?? 0) + (isMissed ? 1 : 0) },
      };
    },
    typing_indicator(state, { data: { room_id: room, user, is_typing } }) {
      const others = (state.typing[room] ?? []).filter((name) => name !== user.username);
      return { ...state, typing: { ...state.typing, [room]: is_typing ? [...others, user.username] : others } };
    },
    read_receipt(state, { data: { room_id: room, user, message_id } }) {
      return { ...state, read: { ...state.read, [room]: { ...state.read[room], [user.username]: message_id } } };
    },
    user_status(state, { data: { room_id: room, user, status } }) {
      if (status === 'online') return state;
      const typing = (state.typing[room] ?? []).filter((name) => name !== user.username);
      return { ...state, typing: { ...state.typing, [room]: typing } };
    },
  });
  // Nobody tells a page that was away who has stopped typing.
  client.subscribe(() => {
    if (!client.state.ready) store.update((state) => ({ ...state, typing: {} }));
  });
  return { client, store };
}

export const unreadIn = ({ unread }: ChatState): number => Object.values(unread).reduce((sum, count) => sum + count, 0);
