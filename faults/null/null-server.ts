// Servers that keep no contract at all: whatever they pass, a rule has given away.
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

export interface NullServer {
  /** `ws://127.0.0.1:port`; any path is taken. */
  readonly url: string;
  close(): Promise<void>;
}

/** What it does with a connection that it has accepted. */
export type Behaviour = (socket: WebSocket) => void;

/** Accepts every connection, on a free port of 127.0.0.1. */
export const startNullServer = async (behave: Behaviour): Promise<NullServer> => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise<void>((resolve) => server.once('listening', () => resolve()));
  server.on('connection', (socket) => {
    // What follows an error is the end of the connection.
    socket.on('error', () => {});
    behave(socket);
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        for (const client of server.clients) client.terminate();
        server.close(() => resolve());
      }),
  };
};
