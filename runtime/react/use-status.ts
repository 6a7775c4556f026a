// Renders a component anew when the connection changes, and at nothing else.
import { useMemo, useSyncExternalStore } from 'react';
import type { Client, Snapshot } from '../client/index.ts';
import { type ConnectionStatus, statusOf } from './status.ts';

/** What a server renders, and a browser at first, whatever the client does meanwhile. */
const idle: Snapshot = { name: 'idle', ready: false, attempt: 0 };

export function useWebSocketStatus(client: Pick<Client, 'state' | 'subscribe'>): ConnectionStatus {
  const snapshot = useSyncExternalStore(
    client.subscribe,
    () => client.state,
    () => idle,
  );
  return useMemo(() => statusOf(snapshot), [snapshot]);
}
