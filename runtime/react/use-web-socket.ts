// Everything about a connection at one place: what it is doing, and what can be done with it.
import type { ChannelTypes } from '../channel-types.ts';
import type { Client } from '../client/index.ts';
import type { ConnectionStatus } from './status.ts';
import { useWebSocketStatus } from './use-status.ts';

interface Actions<K extends Client<C, D, A>, C extends ChannelTypes, D extends PropertyKey, A extends PropertyKey> {
  readonly send: K['send'];
  readonly request: K['request'];
  /** Calls back for every message of a type. Returns what ends it; in components, `useWebSocketSubscription` does that. */
  readonly subscribe: K['on'];
  readonly connect: K['connect'];
  readonly disconnect: K['close'];
}

/** The functions never change. */
export function useWebSocket<C extends ChannelTypes, D extends PropertyKey, A extends PropertyKey>(
  client: Client<C, D, A>,
): ConnectionStatus & Actions<Client<C, D, A>, C, D, A> {
  return { ...client, ...useWebSocketStatus(client), subscribe: client.on, disconnect: client.close };
}
