// A connection to one game room, in the manner of hooks that belong to a component.
import { useMemo } from 'react';
import type { TokenContext } from 'wirepact/client';
import {
  useClient,
  useLastMessage,
  useWebSocketReports,
  useWebSocketStatus,
  useWebSocketSubscription,
} from 'wirepact/react';
import { arenaClient, arenaTable } from '../../../../generated/channels/arena/client.ts';
import { type ArenaServerMessage, ArenaServerType } from '../../../../generated/channels/arena/types.ts';

export interface GameSocketOptions {
  readonly url?: string;
  readonly roomId: string;
  readonly token: (context: TokenContext) => Promise<string>;
  /** Attempts after a loss. @default the contract's */
  readonly maxAttempts?: number;
  /** Ms between two pings. @default the contract's */
  readonly heartbeatInterval?: number;
  readonly pauseWhenHidden?: boolean;
  /** Every message, in the order of their numbers. */
  readonly onMessage?: (message: ArenaServerMessage) => void;
  /** Whatever goes wrong: gaps, frames that break the contract, failed tokens, and what the server refuses. */
  readonly onError?: (problem: unknown) => void;
}

const types = Object.values(ArenaServerType);

export function useGameSocket({ maxAttempts, heartbeatInterval, onMessage, onError, ...options }: GameSocketOptions) {
  const { roomId, token, url, pauseWhenHidden = false } = options;
  const override = useMemo(
    () => ({
      ...(maxAttempts !== undefined && { reconnect: { ...arenaTable.reconnect, attempts: maxAttempts } }),
      ...(heartbeatInterval !== undefined && { ping: { ...arenaTable.ping!, intervalMs: heartbeatInterval } }),
    }),
    [maxAttempts, heartbeatInterval],
  );
  const client = useClient(arenaClient, {
    ...(url !== undefined && { url }),
    parameters: { roomId },
    token,
    pauseWhenHidden,
    override,
  });
  const { state, isAuthenticated } = useWebSocketStatus(client);
  // Lossy, for what shows the newest alone; `onMessage` sees all.
  const lastMessage = useLastMessage(client, ...types);
  useEveryMessage(client, onMessage);
  useWebSocketSubscription(client, 'ERROR', (message) => onError?.(message));
  useWebSocketReports(client, (report) => onError?.(report));
  return {
    client,
    connectionState: state,
    isReady: isAuthenticated,
    lastMessage,
    sendJson: client.send,
    close: client.close,
    reconnect: client.connect,
  };
}

function useEveryMessage(
  client: ReturnType<typeof arenaClient>,
  call: ((message: ArenaServerMessage) => void) | undefined,
) {
  useWebSocketSubscription(client, 'STATE_SNAPSHOT', (message) => call?.(message));
  useWebSocketSubscription(client, 'DELTA_UPDATE', (message) => call?.(message));
  useWebSocketSubscription(client, 'SCORE_UPDATE', (message) => call?.(message));
  useWebSocketSubscription(client, 'CHAT', (message) => call?.(message));
}
