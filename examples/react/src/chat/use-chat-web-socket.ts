// One room of the chat: its messages with the copies of those on their way, who types, who has read, and what one can do.
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useWebSocketRequest, useWebSocketStatus } from 'wirepact/react';
import type { Person } from '../../backend-people.ts';
import type { OpenChat } from './chat-store.ts';
import { addNewest, addPage, type Line } from './lines.ts';

const pageSize = 100;
const none: readonly never[] = [];

export function useChatWebSocket({ client, store }: OpenChat, roomId: string, me: Person) {
  const state = useSyncExternalStore(store.subscribe, store.getState, store.getInitialState);
  const { isConnected, isAuthenticated, error } = useWebSocketStatus(client);
  const { request, isLoading } = useWebSocketRequest(client);
  const [hasMore, setHasMore] = useState(false);
  const messagesEndRef = useRef<HTMLDivElement>(null);
  const messages = state.lines[roomId] ?? none;

  const setLines = useCallback(
    (change: (lines: readonly Line[]) => readonly Line[]) =>
      store.update((old) => ({ ...old, lines: { ...old.lines, [roomId]: change(old.lines[roomId] ?? []) } })),
    [store, roomId],
  );

  /** Without a message, the newest. */
  const loadHistory = useCallback(
    async (before?: string | number) => {
      const data = { room_id: roomId, limit: pageSize, ...(before !== undefined && { before }) };
      const { data: page } = await request('load_history', { data });
      setHasMore(page.has_more);
      setLines((lines) =>
        before === undefined ? addNewest(lines, page.messages, page.has_more) : addPage(lines, page.messages),
      );
    },
    [request, setLines, roomId],
  );

  // The socket has no replay: whatever was said while it was away is in the history.
  useEffect(() => {
    if (isAuthenticated) loadHistory().catch(() => {});
  }, [isAuthenticated, loadHistory]);

  const sendMessage = useCallback(
    async (content: string, key: string = crypto.randomUUID()) => {
      const mark = (state: Line['state']) =>
        setLines((lines) =>
          lines.map((line) => (line.key === key && line.state !== 'sent' ? { ...line, state } : line)),
        );
      const copy: Line = { key, content, author: me.name, at: Date.now(), state: 'waiting' };
      setLines((lines) => [...lines.filter((line) => line.key !== key), copy]);
      // Waits in the client's queue while there is no connection; sent again under the same id, it is never doubled.
      await client
        .send('chat_message', { id: key, data: { message: content, room_id: roomId } })
        .catch(() => mark('failed'));
    },
    [client, setLines, roomId, me],
  );

  const sendTypingIndicator = useCallback(
    (is_typing: boolean) =>
      client.send('typing_indicator', { data: { is_typing, room_id: roomId } }).catch(() => {
        // Of no use later.
      }),
    [client, roomId],
  );

  const sendReadReceipt = useCallback(
    (message_id: string | number) => client.send('read_receipt', { data: { message_id, room_id: roomId } }),
    [client, roomId],
  );

  const scrollToBottom = useCallback(() => messagesEndRef.current?.scrollIntoView({ block: 'end' }), []);

  return {
    messages,
    typingUsers: state.typing[roomId] ?? none,
    readBy: state.read[roomId] ?? {},
    isConnected,
    isSending: messages.some(({ state }) => state === 'waiting'),
    isLoading,
    hasMore,
    error,
    sendMessage,
    sendTypingIndicator,
    sendReadReceipt,
    loadHistory,
    clearMessages: () => setLines(() => []),
    scrollToBottom,
    messagesEndRef,
  };
}
