// The lines of the adapter protocol as types; adapter.schema.json says the same to every other language.

export type StateName = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'closing' | 'closed';

/**
 * `pagehide`, `pageshow`: the page enters, leaves the back/forward cache. `sleep`, `wake`: in between no timer of the client
 * fires; those that are overdue fire at `wake`, and the client is told of neither.
 */
export type EnvironmentEvent = 'online' | 'offline' | 'visible' | 'hidden' | 'pagehide' | 'pageshow' | 'sleep' | 'wake';

export interface CreateOptions {
  /** Multiplies every duration of the contract. */
  readonly timeScale: number;
  /** The contract's durations, already multiplied, ms, for clients that take them one by one: `reconnect.initialMs`. */
  readonly durations: Readonly<Record<string, number>>;
  readonly pauseWhenHidden: boolean;
}

/** What the suite may write, without the id that every command carries. */
export type Command =
  | {
      readonly op: 'hello';
      readonly protocol: 1;
      readonly contract: { readonly title: string; readonly version: string; readonly hash: string };
    }
  | {
      readonly op: 'create';
      readonly client: string;
      readonly channel: string;
      /** The server's address, to which the channel's path is added. */
      readonly url: string;
      /** The whole address with its parameters and query, without the token. */
      readonly address: string;
      readonly parameters: Readonly<Record<string, string | number>>;
      readonly query: Readonly<Record<string, string | number | boolean>>;
      /** Name of the query parameter that carries the token; null: the channel needs none. */
      readonly token: string | null;
      readonly options: CreateOptions;
    }
  | { readonly op: 'connect' | 'close' | 'dispose' | 'state'; readonly client: string }
  | {
      readonly op: 'send' | 'request';
      readonly client: string;
      readonly type: string;
      /** The message without what the client fills in itself: discriminator, id, timestamp. */
      readonly fields: unknown;
    }
  | {
      readonly op: 'join' | 'leave';
      readonly client: string;
      readonly room: string;
      readonly type: string;
      readonly fields: unknown;
    }
  | { readonly op: 'token'; readonly client: string; readonly request: number; readonly token: string }
  | { readonly op: 'token'; readonly client: string; readonly request: number; readonly error: string }
  | { readonly op: 'environment'; readonly client: string; readonly event: EnvironmentEvent }
  | { readonly op: 'bye' }
  | { readonly op: `probe-${string}` };

export interface Answer {
  readonly id: number;
  readonly ok?: true;
  readonly error?: { readonly code: 'unsupported' | 'failed'; readonly message: string };
  /** Of hello. */
  readonly implementation?: {
    readonly name: string;
    readonly version?: string;
    readonly language?: string;
    readonly homepage?: string;
  };
  /** Of hello: the channels that the client speaks. @default all */
  readonly channels?: readonly string[];
  /** Of hello: cases that may run side by side. @default as many as the suite likes */
  readonly parallel?: number;
  /** Of state. */
  readonly state?: StateName;
  readonly ready?: boolean;
}

export type AdapterEvent = { readonly client: string } & (
  | { readonly event: 'token-requested'; readonly request: number }
  | {
      readonly event: 'state';
      readonly state: StateName;
      /** Whether what is sent now is written now. */
      readonly ready: boolean;
      readonly reason?: 'requested' | 'stop-code' | 'attempts' | null;
      /** Close code of the last connection. */
      readonly code?: number | null;
    }
  | { readonly event: 'message'; readonly message: unknown }
  | { readonly event: 'gap'; readonly from: number; readonly to: number }
  | { readonly event: 'drop'; readonly type: string; readonly code?: string; readonly message?: unknown }
  | {
      readonly event: 'settled';
      /** Id of the send, request, join or leave. */
      readonly of: number;
      readonly ok: boolean;
      readonly code?: string;
      readonly reply?: unknown;
    }
  | {
      readonly event: 'error';
      readonly kind: 'malformed' | 'unknown' | 'invalid' | 'binary' | 'oversize' | 'token' | 'other';
      readonly message?: string;
    }
);

/** The adapter is wrong, not the client: nothing is scored. */
export class AdapterError extends Error {
  override readonly name = 'AdapterError';
}

/** The adapter cannot do that; what needs it is not testable. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported';
}
