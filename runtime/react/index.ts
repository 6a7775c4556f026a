// The entry `wirepact/react`: hooks over a client of any channel, typed by it. Needs React 18 or newer, and nothing else.
'use client';

export { createClientContext, type ProviderProps } from './context.ts';
export { type ConnectionError, type ConnectionState, type ConnectionStatus, statusOf } from './status.ts';
export { createStore, type Reducers, type Store } from './store.ts';
export { useChannelState, useLastMessage, useMessages } from './use-channel-state.ts';
export { useClient } from './use-client.ts';
export { useConnection } from './use-connection.ts';
export { useConnectionIndicator } from './use-connection-indicator.ts';
export { useWebSocketRequest, useWebSocketSend } from './use-pending.ts';
export { useWebSocketStatus } from './use-status.ts';
export { useWebSocketReports, useWebSocketSubscription } from './use-subscription.ts';
export { useWebSocket } from './use-web-socket.ts';
