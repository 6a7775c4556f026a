// An adapter that comes to the suite: a WebSocket on which the same lines travel, one a message, so that a browser page can be the client under test.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Transport } from './adapter.ts';
import { AdapterError } from './protocol.ts';

export interface Control {
  /** Where the page connects to. */
  readonly url: string;
  /** The first connection; {@link AdapterError} where none comes in time. */
  connected(withinMs: number): Promise<Transport>;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1. @param port 0: any free one */
export async function openControl(port = 0): Promise<Control> {
  const http = createServer((_request, response) => {
    response.writeHead(426, { 'content-type': 'text/plain' }).end('The adapter connects here by WebSocket.\n');
  });
  const server = new WebSocketServer({ server: http, path: '/adapter' });
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, '127.0.0.1', resolve);
  });
  const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/adapter`;
  let arrived: (transport: Transport) => void = () => {};
  const first = new Promise<Transport>((resolve) => {
    arrived = resolve;
  });
  server.once('connection', (socket) => {
    arrived(socketTransport(socket, url));
    server.on('connection', (other) => other.close(1013, 'there is an adapter already'));
  });
  const close = async () => {
    for (const socket of server.clients) socket.terminate();
    server.close();
    await new Promise<void>((resolve) => http.close(() => resolve()));
  };
  return {
    url,
    close,
    async connected(withinMs) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new AdapterError(`No adapter connected to ${url} within ${Math.round(withinMs / 1000)} s.`)),
          withinMs,
        );
      });
      try {
        return await Promise.race([first, late]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function socketTransport(socket: WebSocket, url: string): Transport {
  // What the page sends before the suite listens waits here.
  const early: string[] = [];
  let take: (line: string) => void = (line) => void early.push(line);
  let isEnding = false;
  socket.on('message', (data: Buffer) => take(data.toString()));
  socket.on('error', () => {});
  return {
    name: url,
    write: (line) => socket.send(line),
    listen(onLine, onEnd) {
      take = onLine;
      for (const line of early.splice(0)) onLine(line);
      socket.on('close', () => {
        if (!isEnding) onEnd('The adapter closed its control connection before it was told bye.');
      });
    },
    async end() {
      isEnding = true;
      socket.close(1000);
    },
  };
}
