// The server that the suite plays: one listener for all clients, told apart by the first segment of the path, with code of its own on `ws`.
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { Channel } from '../../scripts/model.ts';
import type { Trace } from '../harness/trace.ts';
import type { Signal } from './signal.ts';
import { Stage } from './stage.ts';

export class PlayedServer {
  readonly #http: Server;
  readonly #port: number;
  readonly #stages = new Map<string, Stage>();
  /** Frames are passed on as they come, also those that a client must not send. */
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    autoPong: false,
    perMessageDeflate: false,
    maxPayload: 16 * 1024 * 1024,
  });

  private constructor(http: Server) {
    this.#http = http;
    this.#port = (http.address() as AddressInfo).port;
    http.on('upgrade', (request, socket: Socket, head: Buffer) => {
      socket.setNoDelay(true);
      const [, client = '', rest = ''] = /^\/([^/?]+)(.*)$/s.exec(request.url ?? '') ?? [];
      const stage = this.#stages.get(client);
      if (stage === undefined) socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      else stage.upgrade(request, socket, head, rest);
    });
  }

  /** Listens on 127.0.0.1, on a free port. */
  static async open(): Promise<PlayedServer> {
    const http = createServer((_request, response) => response.writeHead(426).end());
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen(0, '127.0.0.1', resolve);
    });
    return new PlayedServer(http);
  }

  /** The base that a client adds the channel's path to. */
  url(client: string, channel: Channel): string {
    return `ws://127.0.0.1:${this.#port}/${client}${channel.pathname}`;
  }

  stage(client: string, channel: Channel, trace: Trace, signal: Signal): Stage {
    const stage = new Stage(channel, this.#webSockets, trace, signal);
    this.#stages.set(client, stage);
    return stage;
  }

  leave(client: string): void {
    this.#stages.get(client)?.dispose();
    this.#stages.delete(client);
  }

  async close(): Promise<void> {
    for (const client of [...this.#stages.keys()]) this.leave(client);
    this.#webSockets.close();
    this.#http.closeAllConnections();
    await new Promise<void>((resolve) => this.#http.close(() => resolve()));
  }
}
