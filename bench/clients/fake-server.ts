// The WebSocket of the simulated page, and the server at its other end: what it says is the peer's, when it stops is the measure's.
import { clock } from './fake-page.ts';

/** The server's side of one library's protocol. */
export interface PeerServer {
  /** Sent when a connection opens. */
  readonly hello: readonly string[];
  readonly ping?: { readonly text: string; readonly everyMs: number };
  answer(text: string): readonly string[];
  /** The text that brings an application message. */
  frame(message: object): string;
}

export interface Peer {
  /** Opens a client that goes on for good. */
  open(onMessage: (payload: unknown) => void): void;
  readonly server: PeerServer;
}

type Listener = (event: object) => void;

const latencyMs = 5;

export const network = {
  attempts: 0,
  /** Called at each attempt. */
  onAttempt: (): void => undefined,
  open: new Set<FakeSocket>(),
  /** Ms after which an opened connection is cut with 1006. */
  cutAfterMs: Number.POSITIVE_INFINITY,
  /** Nothing comes from the connections that are open now, not even a close event. */
  silence(): void {
    for (const socket of network.open) socket.silent = true;
  },
};

let server: PeerServer;

export class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;
  readonly bufferedAmount = 0;
  readonly extensions = '';
  readonly protocol: string;
  binaryType = 'blob';
  readyState = 0;
  silent = false;
  onopen: Listener | null = null;
  onmessage: Listener | null = null;
  onclose: Listener | null = null;
  onerror: Listener | null = null;
  readonly #listeners = new Map<string, Set<Listener>>();
  #pinging: unknown;

  constructor(
    readonly url: string,
    protocols: string | readonly string[] = [],
  ) {
    this.protocol = [protocols].flat()[0] ?? '';
    network.attempts += 1;
    network.onAttempt();
    clock.setTimeout(() => this.#accept(), latencyMs);
  }

  addEventListener(name: string, listener: Listener): void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
  }

  removeEventListener(name: string, listener: Listener): void {
    this.#listeners.get(name)?.delete(listener);
  }

  send(text: string): void {
    if (this.readyState !== 1) return;
    for (const answer of server.answer(text)) clock.setTimeout(() => this.push(answer), latencyMs);
  }

  close(code = 1005): void {
    if (this.readyState > 1) return;
    this.readyState = 2;
    clock.setTimeout(() => this.end(code), latencyMs);
  }

  push(data: string): void {
    if (this.readyState === 1 && !this.silent) this.#emit('message', { data });
  }

  /** The connection is over, and the page is told. */
  end(code: number): void {
    if (this.readyState === 3 || this.silent) return;
    clock.clearTimeout(this.#pinging);
    network.open.delete(this);
    this.readyState = 3;
    this.#emit('close', { code, reason: '', wasClean: code !== 1006 });
  }

  #accept(): void {
    if (this.readyState !== 0) return;
    this.readyState = 1;
    network.open.add(this);
    if (network.cutAfterMs < Number.POSITIVE_INFINITY) clock.setTimeout(() => this.end(1006), network.cutAfterMs);
    this.#emit('open', {});
    for (const text of server.hello) this.push(text);
    this.#ping();
  }

  #ping(): void {
    const { ping } = server;
    if (ping === undefined) return;
    this.#pinging = clock.setTimeout(() => {
      this.push(ping.text);
      this.#ping();
    }, ping.everyMs);
  }

  #emit(type: string, values: object): void {
    const event = { type, target: this, ...values };
    const handler = this[`on${type}` as 'onopen' | 'onmessage' | 'onclose'];
    handler?.call(this, event);
    for (const listener of [...(this.#listeners.get(type) ?? [])]) listener.call(this, event);
  }
}

// Some libraries look for it when they are loaded.
Object.defineProperty(globalThis, 'WebSocket', { value: FakeSocket, configurable: true, writable: true });

export function serve(peer: Peer): void {
  server = peer.server;
}
