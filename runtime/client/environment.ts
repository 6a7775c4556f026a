// What a client takes from the place it runs in; each part can be given instead, and none is touched before `connect()`.

export interface Clock {
  /** Ms since 1970. It may jump; the client copes. */
  now(): number;
  setTimeout(call: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

export type EnvironmentEvent = 'online' | 'offline' | 'shown' | 'hidden' | 'suspend' | 'resume';

export interface Environment {
  isOnline(): boolean;
  isHidden(): boolean;
  /** Origin of the page, where there is one: `https://example.org`. */
  origin?(): string | undefined;
  /** Calls back until the returned function is called. */
  listen(call: (event: EnvironmentEvent) => void): () => void;
}

/** The part of a WebSocket that a client uses; the browser's and that of the package `ws` both have it. */
export interface SocketLike {
  readonly bufferedAmount: number;
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
  clearTimeout: (timer) => clearTimeout(timer as Parameters<typeof clearTimeout>[0]),
};

/** The browser's window and document; outside a browser nothing ever happens. */
export const browserEnvironment: Environment = {
  isOnline: () => globalThis.navigator?.onLine !== false,
  isHidden: () => globalThis.document?.hidden === true,
  origin: () => globalThis.location?.origin,
  listen(call) {
    const window: Partial<EventTarget> = globalThis;
    const { document } = globalThis;
    const undo: (() => void)[] = [];
    const on = (target: Partial<EventTarget>, name: string, event: () => EnvironmentEvent) => {
      const listener = () => call(event());
      target.addEventListener?.(name, listener);
      undo.push(() => target.removeEventListener?.(name, listener));
    };
    if (document) {
      on(window, 'online', () => 'online');
      on(window, 'offline', () => 'offline');
      on(window, 'pagehide', () => 'suspend');
      on(window, 'pageshow', () => 'resume');
      on(document, 'visibilitychange', () => (document.hidden ? 'hidden' : 'shown'));
    }
    return () => {
      for (const call of undo) call();
    };
  },
};

/** The constructor given, or the global one. */
export function socketConstructor(given: SocketConstructor | undefined): SocketConstructor {
  const constructor = given ?? (globalThis.WebSocket as SocketConstructor | undefined);
  if (!constructor) throw new Error('There is no WebSocket here: pass one, such as that of the package ws.');
  return constructor;
}
