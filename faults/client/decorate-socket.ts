// The socket seam of a client: every socket that it opens, with what it writes, closes and hears in the fault's hands.
import type { Message, SocketLike } from '../../runtime/client/index.ts';
import type { Given } from './client-fault.ts';

type SocketEvent = 'open' | 'message' | 'close';
type Payload = { readonly data?: unknown; readonly code?: number };

/** The plain ends of one socket. */
export interface Wire {
  /** Sockets made before it. */
  readonly index: number;
  readonly url: string;
  /** Writes, where the socket is open. */
  send(text: string): void;
  close(code?: number): void;
  /** Tells the client. */
  tell(event: SocketEvent, payload: Payload): void;
}

export interface SocketHooks {
  send?(text: string): void;
  close?(code: number | undefined): void;
  hear?(event: SocketEvent, payload: Payload): void;
}

interface SocketOptions {
  url?(url: string): string;
  /** Further arguments of the constructor. */
  readonly more?: readonly unknown[];
}

type Base = new (url: string, ...more: readonly unknown[]) => SocketLike & { readonly readyState: number };

/** `hook` is called for each socket; what it leaves out is handed on as it is. */
export function onSocket(given: Given, hook: (wire: Wire) => SocketHooks, options: SocketOptions = {}): Given {
  const Plain = given.WebSocket as Base;
  let count = 0;

  class Decorated implements SocketLike {
    onopen: SocketLike['onopen'] = null;
    onmessage: SocketLike['onmessage'] = null;
    onclose: SocketLike['onclose'] = null;
    onerror: SocketLike['onerror'] = null;
    readonly #inner: InstanceType<Base>;
    readonly #wire: Wire;
    readonly #hooks: SocketHooks;

    constructor(url: string) {
      const inner = new Plain(options.url?.(url) ?? url, ...(options.more ?? []));
      this.#inner = inner;
      this.#wire = {
        index: count,
        url,
        send: (text) => void (inner.readyState === 1 && inner.send(text)),
        close: (code) => inner.close(code),
        tell: (event, payload) => (this[`on${event}`] as ((payload: Payload) => void) | null)?.(payload),
      };
      count += 1;
      this.#hooks = hook(this.#wire);
      const hear = (event: SocketEvent) => (payload: Payload) => {
        if (this.#hooks.hear === undefined) this.#wire.tell(event, payload);
        else this.#hooks.hear(event, payload);
      };
      inner.onopen = hear('open');
      inner.onmessage = hear('message');
      inner.onclose = hear('close');
      inner.onerror = () => {};
    }

    get bufferedAmount(): number {
      return this.#inner.bufferedAmount;
    }

    get readyState(): number {
      return this.#inner.readyState;
    }

    send(text: string): void {
      (this.#hooks.send ?? this.#wire.send)(text);
    }

    close(code?: number): void {
      (this.#hooks.close ?? this.#wire.close)(code);
    }
  }
  return { ...given, WebSocket: Decorated };
}

/** A message as the client wrote it, or heard it; null for what is no object. */
export function parsed(text: unknown): Message | null {
  try {
    const value: unknown = typeof text === 'string' ? JSON.parse(text) : null;
    return typeof value === 'object' ? (value as Message | null) : null;
  } catch {
    return null;
  }
}

/** Every message on its way out, changed; undefined: it is lost. */
export const outgoing = (given: Given, change: (message: Message) => Message | undefined): Given =>
  onSocket(given, (wire) => ({
    send(text) {
      const message = change(parsed(text) ?? {});
      if (message !== undefined) wire.send(JSON.stringify(message));
    },
  }));

/** Only the messages for which `isHeard` is true reach the client. */
export const hearing = (given: Given, isHeard: (message: Message | null, text: unknown) => boolean): Given =>
  onSocket(given, (wire) => ({
    hear(event, payload) {
      if (event !== 'message' || isHeard(parsed(payload.data), payload.data)) wire.tell(event, payload);
    },
  }));

/** The client is told another close code. */
export const coded = (given: Given, change: (code: number | undefined, wire: Wire) => number): Given =>
  onSocket(given, (wire) => ({
    hear: (event, payload) =>
      wire.tell(event, event === 'close' ? { ...payload, code: change(payload.code, wire) } : payload),
  }));
