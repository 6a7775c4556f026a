// What a client takes from the place it runs in; each part can be given instead, and none is touched before `connect()`.

export interface Clock {
  /** Ms since 1970. It may jump; the client copes. */
  now(): number;
  setTimeout(call: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** `pagehide`, `pageshow`: the page enters, leaves the back/forward cache. */
export type EnvironmentEvent = 'online' | 'offline' | 'visible' | 'hidden' | 'pagehide' | 'pageshow';

export interface Environment {
  isOnline(): boolean;
  isHidden(): boolean;
  /** Calls back until the returned function is called. */
  listen(call: (event: EnvironmentEvent) => void): () => void;
}

/** The part of a WebSocket that a client uses; the browser's and that of the package `ws` both have it. */
export interface SocketLike {
  readonly bufferedAmount: number;
  readonly readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(code?: number): void;
}

export type SocketConstructor = new (url: string) => SocketLike;

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (call, ms) => setTimeout(call, ms),
  clearTimeout: (timer) => clearTimeout(timer as number),
};

/** The browser's window and document; outside a browser nothing ever happens. */
export const browserEnvironment: Environment = {
  isOnline: () => globalThis.navigator?.onLine !== false,
  isHidden: () => !!globalThis.document?.hidden,
  listen(call) {
    const controller = new AbortController();
    // `visibilitychange` bubbles from the document.
    for (const name of ['online', 'offline', 'pagehide', 'pageshow', 'visibilitychange'])
      globalThis.addEventListener?.(
        name,
        () => call(name[0] === 'v' ? document.visibilityState : (name as EnvironmentEvent)),
        controller,
      );
    return () => controller.abort();
  },
};
