// What the played server does for one client, and what it sees of it: every attempt, every connection, in time order.
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { WebSocket, WebSocketServer } from 'ws';
import type { Channel } from '../../scripts/model.ts';
import { Connection } from '../harness/connection.ts';
import { classify } from '../harness/schemas.ts';
import type { Signal } from '../harness/signal.ts';
import type { Trace } from '../harness/trace.ts';

/** What becomes of an attempt to connect. `close`: accepted, then closed with the code, and nothing else sent. */
export type Admission =
  | { readonly do: 'accept' | 'hang' | 'reset' }
  | { readonly do: 'status'; readonly status: number }
  /** `afterMs`: real ms for which it stays open first; 0 where it is left out. */
  | { readonly do: 'close'; readonly code: number; readonly afterMs?: number };

/** One upgrade request. */
export interface Attempt {
  /** From 0. */
  readonly index: number;
  /** performance.now() when the request was there. */
  readonly at: number;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Null: the parameter is not there. */
  readonly token: string | null;
  readonly admission: Admission;
  /** Null unless it was accepted. */
  connection: Connection | null;
}

/** Two sockets of one client that were open at the same time. */
export interface Overlap {
  readonly first: string;
  readonly second: string;
}

/** How long an older connection may take to show its end after a newer one was opened: the two travel apart. */
const overlapGraceMs = 150;

export class Stage {
  readonly attempts: Attempt[] = [];
  readonly overlaps: Overlap[] = [];
  readonly trace: Trace;
  readonly signal: Signal;
  /** @default accept every one */
  admit: (index: number) => Admission = () => ({ do: 'accept' });
  /** Called when a connection was accepted (and is not closed at once), before anything can come on it. */
  onOpen: (connection: Connection, attempt: Attempt) => void = () => {};
  /** Called for every message that came, after it is among the connection's messages. */
  onMessage: (connection: Connection, index: number) => void = () => {};
  readonly #channel: Channel;
  readonly #server: WebSocketServer;
  readonly #frozen = new Set<Connection>();
  readonly #raw = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(channel: Channel, server: WebSocketServer, trace: Trace, signal: Signal) {
    this.#channel = channel;
    this.#server = server;
    this.trace = trace;
    this.signal = signal;
  }

  get connections(): readonly Connection[] {
    return this.attempts.flatMap(({ connection }) => connection ?? []);
  }

  /** The newest connection; null where there was none. */
  get current(): Connection | null {
    return this.connections.at(-1) ?? null;
  }

  /** Half-open from now on: nothing that the client sends is taken, nothing is answered, and no close event will come. */
  freeze(connection: Connection): void {
    this.#frozen.add(connection);
    connection.pauseReading();
  }

  /** Handles an upgrade request for this client. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const path = request.url ?? '/';
    const [pathname, search = ''] = path.split('?');
    const query = new URLSearchParams(search);
    const parameter = this.#channel.auth?.parameter ?? null;
    const index = this.attempts.length;
    const admission = this.admit(index);
    const attempt: Attempt = {
      index,
      at: performance.now(),
      path: pathname as string,
      query,
      token: parameter === null ? null : query.get(parameter),
      admission,
      connection: null,
    };
    this.attempts.push(attempt);
    this.#raw.add(socket);
    const name = `attempt ${index + 1}`;
    if (admission.do === 'accept' || admission.do === 'close') this.#accept(attempt, name, request, socket, head);
    else this.#refuse(attempt, name, socket, path);
    this.signal.wake();
  }

  /** Ends everything. */
  dispose(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const connection of this.connections) connection.terminate();
    for (const socket of this.#raw) socket.destroy();
  }

  #refuse({ admission }: Attempt, name: string, socket: Socket, path: string): void {
    socket.on('error', () => {});
    if (admission.do === 'status') {
      const text = 'Refused';
      this.trace.add({ connection: name, direction: 'sent', kind: 'refused', data: path, code: admission.status });
      socket.end(`HTTP/1.1 ${admission.status} ${text}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.trace.add({ connection: name, direction: 'received', kind: 'open', data: `${path} (${admission.do})` });
    if (admission.do === 'reset') socket.destroy();
  }

  #accept(attempt: Attempt, name: string, request: IncomingMessage, socket: Socket, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (webSocket: WebSocket) => {
      this.trace.add({ connection: name, direction: 'received', kind: 'open', data: request.url ?? '' });
      const connection = new Connection({
        name,
        user: null,
        room: null,
        socket: webSocket,
        tcp: () => socket,
        trace: this.trace,
        classify: (value) => classify(this.#channel, this.#channel.clientMessages, value),
        isFence: () => false,
        patienceMs: () => 3000,
        autoPong: true,
        beatAnswer: () => null,
      });
      connection.openedAt = performance.now();
      const others = this.connections.filter((other) => this.#isLive(other));
      attempt.connection = connection;
      if (others.length > 0) this.#watchOverlap(others, connection);
      for (const event of ['ping', 'pong', 'close'] as const) webSocket.on(event, () => this.signal.wake());
      webSocket.on('message', () => {
        this.onMessage(connection, connection.messages.length - 1);
        this.signal.wake();
      });
      if (attempt.admission.do === 'close') this.#closeSoon(connection, attempt.admission);
      else this.onOpen(connection, attempt);
      this.signal.wake();
    });
  }

  #closeSoon(connection: Connection, { code, afterMs = 0 }: Extract<Admission, { readonly do: 'close' }>): void {
    if (afterMs === 0) void connection.close(code);
    else this.#timers.add(setTimeout(() => void connection.close(code), afterMs));
  }

  #isLive(connection: Connection): boolean {
    return connection.ending === null && !connection.endedBySuite && !this.#frozen.has(connection);
  }

  #watchOverlap(others: readonly Connection[], newer: Connection): void {
    const timer = setTimeout(() => {
      for (const other of others) {
        if (this.#isLive(other) && this.#isLive(newer)) this.overlaps.push({ first: other.name, second: newer.name });
      }
    }, overlapGraceMs);
    this.#timers.add(timer);
  }
}
