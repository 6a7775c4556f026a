// The typed face of a client: what an application sends, hears and sees. All decisions are the reducer's.
import type { ChannelTypes } from '../channel-types.ts';
import { createDriver, type TokenContext } from './driver.ts';
import type { Clock, Environment, SocketConstructor } from './environment.ts';
import { any, changes, createFeed, debug, ends, reports } from './feed.ts';
import type { InboundValidators } from './inbound.ts';
import type { Message } from './message.ts';
import type { ClientEvent, Effect, Report, Rules, Snapshot } from './state.ts';
import type { ClientTable } from './table.ts';

/** The names of client and server messages, and their members without those that the client fills in itself. */
type Key<M> = Extract<keyof M, string>;
type Without<M, Auto extends PropertyKey> = { [K in keyof M as K extends Auto ? never : K]: M[K] };
type Optional<M, Auto extends PropertyKey> = { [K in keyof M as K extends Auto ? K : never]?: M[K] };
export type Fields<M, Discriminator extends PropertyKey, Auto extends PropertyKey = never> = Without<
  M,
  Discriminator | Auto
> &
  Optional<M, Exclude<Auto, Discriminator>>;
type Arguments<F, Rest extends unknown[]> = object extends F ? [fields?: F, ...Rest] : [fields: F, ...Rest];

export interface SendOptions {
  readonly signal?: AbortSignal;
}

export interface RequestOptions extends SendOptions {
  /** @default the contract's, or 10000 */
  readonly timeoutMs?: number;
}

/** Whether a member must be given: where something in it must. */
type Given<Name extends string, V> = object extends V ? { readonly [N in Name]?: V } : { readonly [N in Name]: V };

/** Options of a client of the channel: parameters and query are typed, and required where the contract requires any. */
export type ClientOptions<C extends ChannelTypes = ChannelTypes> = CommonOptions &
  Given<'parameters', C['parameters']> &
  Given<'query', C['query']>;

export interface CommonOptions {
  /** Address of the server, to which the channel's path is added: `wss://example.org/api`. `http` and `https` are taken
   * as `ws` and `wss`. @default the page's origin and the contract's own path */
  readonly url?: string;
  /** A function is asked at every attempt; when it fails or is late, the attempt has failed. */
  readonly token?: string | ((context: TokenContext) => string | Promise<string>);
  /** @default false */
  readonly pauseWhenHidden?: boolean;
  /** What differs from the channel's table: `{ reconnect: { ...arenaTable.reconnect, attempts: 3 } }`. */
  readonly override?: Partial<ClientTable>;
  readonly onReport?: (report: Report) => void;
  /** Sees everything that happens and everything that is done about it, frames too; never a token. */
  readonly debug?: (what: ClientEvent | Effect) => void;
  /** @default the global one; Node below 22 has none: pass that of the package `ws` */
  readonly WebSocket?: SocketConstructor;
  readonly clock?: Clock;
  /** From 0 to below 1. @default Math.random */
  readonly random?: () => number;
  readonly environment?: Environment;
}

export interface Client<
  C extends ChannelTypes = ChannelTypes,
  Discriminator extends PropertyKey = never,
  Auto extends PropertyKey = never,
> {
  readonly state: Snapshot;
  /** Calls back after each change of `state`. Returns a function that ends it (the shape of `useSyncExternalStore`). */
  readonly subscribe: (listener: () => void) => () => void;
  /** Settles when the message was written; one that the contract makes idempotent, when it was confirmed. */
  send<T extends Key<C['client']>>(
    type: T,
    ...rest: Arguments<Fields<C['client'][T], Discriminator, Auto>, [options?: SendOptions]>
  ): Promise<void>;
  /** Settles with the reply. */
  request<T extends Key<C['replies']> & Key<C['client']>>(
    type: T,
    ...rest: Arguments<Fields<C['client'][T], Discriminator, Auto>, [options?: RequestOptions]>
  ): Promise<C['server'][Extract<C['replies'][T], keyof C['server']>]>;
  /** Every message of a type, in order. Returns a function that ends it. */
  on<T extends Key<C['server']>>(type: T, handler: (message: C['server'][T]) => void): () => void;
  off<T extends Key<C['server']>>(type: T, handler: (message: C['server'][T]) => void): void;
  onAny(handler: (message: C['server'][keyof C['server']]) => void): () => void;
  /** Gaps, invalid frames, dropped messages, failed tokens, handlers that threw. */
  onReport(handler: (report: Report) => void): () => void;
  /** Every message from now on; ends when the client is closed. At most 1,000 wait unread, then the oldest are dropped
   * and reported. */
  messages(): AsyncIterableIterator<C['server'][keyof C['server']]>;
  /** Opens, tries at once where it waits, or opens again where it is closed. */
  connect(): void;
  /** Closes for good, with 1000. What is unsettled fails. */
  close(): void;
  /** Closes, and lets go of everything: no handler is called any more. */
  dispose(): void;
}

/** A client of one channel. Generated code calls it with the channel's table and validators; nothing is opened before
 * `connect()`. */
export function createClient<
  C extends ChannelTypes,
  Discriminator extends PropertyKey = never,
  Auto extends PropertyKey = never,
>(contract: ClientTable, validators: InboundValidators, options: ClientOptions<C>): Client<C, Discriminator, Auto> {
  const rules: Rules = {
    ...contract,
    ...options.override,
    options,
  };
  const feed = createFeed();
  const driver = createDriver(rules, validators, options, feed, () => {
    const before = told;
    told = look();
    if (before === told) return;
    feed.tell(changes);
    if (told.name === 'closed') feed.tell(ends);
  });
  let snapshot: Snapshot | undefined;

  /** The same object as long as nothing in it changed. */
  function look(): Snapshot {
    const state = driver.state;
    const next: Snapshot = {
      name: state.name,
      reason: state.reason,
      code: state.code,
      ready: state.ready,
      attempt: state.attempt,
      connectedAt: state.connectedAt,
      retryAt: state.due.retry,
    };
    for (const key in next) if (next[key as keyof Snapshot] !== snapshot?.[key as keyof Snapshot]) snapshot = next;
    return snapshot!;
  }

  let told = look();
  if (options.onReport) feed.on(reports, options.onReport);
  if (options.debug) feed.on(debug, options.debug);
  const client = {
    on: feed.on,
    off: feed.off,
    onAny: (handler: (message: Message) => void) => feed.on(any, handler),
    onReport: (handler: (report: Report) => void) => feed.on(reports, handler),
    subscribe: (listener: () => void) => feed.on(changes, listener),
    messages: feed.messages,
    get state() {
      return look();
    },
    send: driver.sender(false),
    request: driver.sender(true),
    connect: driver.connect,
    close: () => driver.dispatch(['close']),
    dispose: driver.dispose,
  };
  return client as Client<ChannelTypes> as Client<C, Discriminator, Auto>;
}
