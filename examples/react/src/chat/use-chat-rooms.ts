// The rooms in which somebody is: joining and leaving them on the one connection, and what is unread in each.
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { useWebSocketStatus } from 'wirepact/react';
import type { RoomSummary } from '../../../../generated/channels/chat/types.ts';
import { homeRoom, type OpenChat } from './chat-store.ts';

export function useChatRooms({ client, store }: OpenChat) {
  const { active, unread } = useSyncExternalStore(store.subscribe, store.getState, store.getInitialState);
  const { isConnected, isAuthenticated } = useWebSocketStatus(client);
  const [rooms, setRooms] = useState<readonly Pick<RoomSummary, 'id' | 'name'>[]>([{ id: homeRoom, name: homeRoom }]);

  const loadRooms = useCallback(async () => {
    const { data } = await client.request('load_rooms', {});
    setRooms(data.rooms);
    store.update((state) => ({
      ...state,
      unread: Object.fromEntries(
        data.rooms.map(({ id, unread_count }) => [id, id === state.active ? 0 : unread_count]),
      ),
    }));
  }, [client, store]);

  useEffect(() => {
    if (isAuthenticated) loadRooms().catch(() => {});
  }, [isAuthenticated, loadRooms]);

  const markRoomAsRead = useCallback(
    async (room_id: string) => {
      store.update((state) => ({ ...state, unread: { ...state.unread, [room_id]: 0 } }));
      await client.request('mark_room_read', { data: { room_id } });
    },
    [client, store],
  );

  /** Shows a room; on the first visit the connection joins it, and the client joins it again after each reconnect. */
  const joinRoom = useCallback(
    async (room_id: string) => {
      if (room_id !== homeRoom) await client.request('join_room', { data: { room_id } });
      store.update((state) => ({ ...state, active: room_id }));
      await markRoomAsRead(room_id);
      await loadRooms();
    },
    [client, store, markRoomAsRead, loadRooms],
  );

  const leaveRoom = useCallback(
    async (room_id: string) => {
      await client.request('leave_room', { data: { room_id } });
      setRooms((all) => all.filter(({ id }) => id !== room_id));
      store.update((state) => ({ ...state, active: homeRoom }));
    },
    [client, store],
  );

  return { rooms, unread, activeRoomId: active, isConnected, loadRooms, joinRoom, leaveRoom, markRoomAsRead };
}
