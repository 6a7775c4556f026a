// The server that the suite plays: a listener for each client, since browsers open one connection at a time to one address.
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { Channel } from '../../scripts/model.ts';
import type { Signal } from '../harness/signal.ts';
import type { Trace } from '../harness/trace.ts';
import { Stage } from './stage.ts';

interface Listener {
  readonly http: Server;
  readonly stage: Stage;
}

export class PlayedServer {
  readonly #listeners = new Map<string, Listener>();
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    autoPong: false,
    perMessageDeflate: false,
    maxPayload: 16 * 1024 * 1024,
  });

  /** Listens for one client, on 127.0.0.1 and a free port; `url` is what it adds the channel's path to. */
  async open(
    client: string,
    channel: Channel,
    trace: Trace,
    signal: Signal,
  ): Promise<{ readonly stage: Stage; readonly url: string }> {
    const http = createServer((_request, response) => response.writeHead(426).end());
    const stage = new Stage(channel, this.#webSockets, trace, signal);
    http.on('upgrade', (request, socket: Socket, head: Buffer) => {
      socket.setNoDelay(true);
      stage.upgrade(request, socket, head);
    });
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen(0, '127.0.0.1', resolve);
    });
    this.#listeners.set(client, { http, stage });
    return { stage, url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}${channel.pathname}` };
  }

  leave(client: string): void {
    const listener = this.#listeners.get(client);
    if (listener === undefined) return;
    this.#listeners.delete(client);
    listener.stage.dispose();
    listener.http.close();
    listener.http.closeAllConnections();
  }

  close(): void {
    for (const client of [...this.#listeners.keys()]) this.leave(client);
    this.#webSockets.close();
  }
}
