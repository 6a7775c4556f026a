// An HTTP server of its own for the channels: listens, bounds how slow and how large a request may be, and stops.

import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Bounds, HANDSHAKE_TIMEOUT_MS, HANDSHAKES, HEADER_BYTES, isForUs } from './bounds.ts';
import { answerPlain, type PlainOptions } from './plain-http.ts';
import type { Upgrader } from './upgrade.ts';

export interface ListenerOptions extends PlainOptions {
  readonly upgrader: Upgrader;
  readonly bounds: Bounds;
}

// How often a handshake's time is looked at, as a part of that time.
const CHECKS = 4;
// A request with its body, as Node has it by itself; it may not be less than that of the headers.
const REQUEST_TIMEOUT_MS = 300_000;

export class Listener {
  readonly #options: ListenerOptions;
  #server: Server | null = null;
  readonly #raw = new Set<Duplex>();
  /** Plain requests whose answer is not written yet. */
  readonly #answering = new Map<Duplex, ServerResponse>();

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /** Resolves to the port. @param port 0: any free one */
  async listen(port: number, host: string): Promise<number> {
    const server = this.#create();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    this.#server = server;
    return (server.address() as AddressInfo).port;
  }

  #create(): Server {
    const { bounds, upgrader } = this.#options;
    const headersTimeout = bounds.handshakeTimeoutMs ?? HANDSHAKE_TIMEOUT_MS;
    const limits = {
      headersTimeout,
      requestTimeout: Math.max(headersTimeout, REQUEST_TIMEOUT_MS),
      maxHeaderSize: bounds.headerBytes ?? HEADER_BYTES,
      connectionsCheckingInterval: Math.ceil(headersTimeout / CHECKS),
    };
    const server = createServer(limits, (request, response) => {
      const { socket } = request;
      this.#answering.set(socket, response);
      response.on('close', () => this.#answering.delete(socket));
      // A name that is not ours is how a page reaches what only its visitor can: DNS rebinding.
      if (isForUs(request, bounds)) void answerPlain(this.#options, request, response);
      else response.writeHead(421).end();
    });
    // Sockets that say nothing are no handshakes yet; they too have an end.
    if (bounds.connections !== undefined) {
      server.maxConnections = bounds.connections + (bounds.handshakes ?? HANDSHAKES);
    }
    const raw = this.#raw;
    // One for all sockets: a connection keeps its listeners.
    const forget = function (this: Duplex): void {
      raw.delete(this);
    };
    server.on('connection', (socket) => {
      raw.add(socket);
      socket.on('close', forget);
    });
    server.on('upgrade', (request, socket, head) => upgrader.upgrade(request, socket, head));
    return server;
  }

  /** Stops listening and cuts what is still connected. @param finishAnswers spares plain requests that are being answered:
   * one of them may be what asked for this, and it is answered when all is done */
  async stop(finishAnswers = false): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const spared = finishAnswers ? new Map(this.#answering) : new Map<Duplex, ServerResponse>();
    for (const response of spared.values()) if (!response.headersSent) response.setHeader('connection', 'close');
    for (const socket of this.#raw) if (!spared.has(socket)) socket.destroy();
    // The port is free as soon as nothing listens; only the spared connections keep the old server from being closed.
    if (spared.size === 0) await closed;
  }
}
