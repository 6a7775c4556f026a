// graphql-ws with one subscription, told to go on for ever and to ping every 10 s: by default it gives up and never pings.
import { createClient } from 'graphql-ws';

export function open(onMessage) {
  const client = createClient({
    url: 'wss://server.test/graphql',
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    keepAlive: 10_000,
    generateID: () => 'subscription',
  });
  client.subscribe(
    { query: 'subscription { message }' },
    { next: ({ data }) => onMessage(data.message), error: () => undefined, complete: () => undefined },
  );
}

export const server = {
  hello: [],
  answer(text) {
    const { type } = JSON.parse(text);
    if (type === 'connection_init') return [JSON.stringify({ type: 'connection_ack' })];
    return type === 'ping' ? [JSON.stringify({ type: 'pong' })] : [];
  },
  frame: (message) => JSON.stringify({ id: 'subscription', type: 'next', payload: { data: { message } } }),
};
