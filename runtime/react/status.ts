// What a user interface shows of a connection, in the words of hooks.
import type { Snapshot } from '../client/index.ts';

/** `disconnected`: not yet opened, or closed on request. `failed`: closed by a stop code or after the last attempt; only
 * `connect()` leaves it. */
export type ConnectionState = 'disconnected' | 'connecting' | 'connected' | 'reconnecting' | 'failed';

export interface ConnectionError {
  /** `lost`: it is being opened again. */
  readonly reason: 'lost' | 'stop-code' | 'attempts';
  /** Close code of the last connection that ended; undefined where there was none. */
  readonly code: number | undefined;
}

export interface ConnectionStatus {
  readonly state: ConnectionState;
  /** Why there is no connection although one is wanted. */
  readonly error: ConnectionError | undefined;
  readonly hasError: boolean;
  /** Attempts since the last stable connection. */
  readonly reconnectAttempts: number;
  /** When the next attempt is due, ms since 1970. */
  readonly retryAt: number | undefined;
  /** Ms since 1970. */
  readonly lastConnectedAt: number | undefined;
  /** The client is ready: what is sent now is written now. */
  readonly isAuthenticated: boolean;
  /** The socket is open; that the server let the user in is said by `isAuthenticated`. */
  readonly isConnected: boolean;
  readonly isConnecting: boolean;
  readonly isReconnecting: boolean;
  readonly isDisconnected: boolean;
}

/** The status of a client, also outside of components: `statusOf(client.state)`. */
export function statusOf({ name, reason, code, ready, attempt, retryAt, connectedAt }: Snapshot): ConnectionStatus {
  const failure = reason === 'requested' ? undefined : reason;
  const state = (/idle|clos/.test(name) ? (failure ? 'failed' : 'disconnected') : name) as ConnectionState;
  const is = (wanted: ConnectionState) => state === wanted;
  const isReconnecting = is('reconnecting');
  const error: ConnectionError | undefined =
    failure || isReconnecting ? { reason: failure ?? 'lost', code } : undefined;
  return {
    state,
    error,
    hasError: !!error,
    reconnectAttempts: attempt,
    retryAt,
    lastConnectedAt: connectedAt,
    isAuthenticated: ready,
    isConnected: is('connected'),
    isConnecting: is('connecting'),
    isReconnecting,
    isDisconnected: is('disconnected'),
  };
}
