// The typed face of a client: what an application sends, hears and sees. All decisions are the reducer's.
import type { ChannelTypes } from '../channel-types.ts';
import { createDriver, type DebugEntry, type TokenContext } from './driver.ts';
import {
  browserEnvironment,
  type Clock,
  type Environment,
  type SocketConstructor,
  socketConstructor,
  systemClock,
} from './environment.ts';
import { ClientError } from './failure.ts';
import { createFeed } from './feed.ts';
import { createReader, type InboundValidators } from './inbound.ts';
import type { Message } from './message.ts';
import { createReducer } from './reducer.ts';
import type { CloseReason, Report, StateName } from './state.ts';
import type { ClientTable, PingRow, ReconnectRow } from './table.ts';
import { address } from './url.ts';

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

/** What a user interface shows. The same object as long as nothing in it changes. */
export interface Snapshot {
  readonly name: StateName;
  readonly reason: CloseReason | null;
  /** Close code of the last connection that ended. */
  readonly code: number | null;
  /** Whether what is sent now is written now. */
  readonly ready: boolean;
  readonly attempt: number;
  /** When the next attempt is due, ms since 1970; null: none is, or it waits for the page to be shown. */
  readonly retryAt: number | null;
  /** When a connection last opened, ms since 1970. */
  readonly connectedAt: number | null;
}

export interface SendOptions {
  readonly signal?: AbortSignal;
}

export interface RequestOptions extends SendOptions {
  /** @default the contract's, or 10000 */
  readonly timeoutMs?: number;
}

export interface ClientOptions<C extends ChannelTypes = ChannelTypes> {
  /** Address of the server, to which the channel's path is added: `wss://example.org/api`. `http` and `https` are taken
   * as `ws` and `wss`. @default the page's origin and the contract's own path */
  readonly url?: string | (() => string);
  readonly parameters?: C['parameters'];
  readonly query?: C['query'];
  /** A function is asked at every attempt; when it fails or is late, the attempt has failed. */
  readonly token?: string | ((context: TokenContext) => string | Promise<string>);
  /** @default false */
  readonly pauseWhenHidden?: boolean;
  /** What differs from the contract's reconnecting and heartbeat. */
  readonly reconnect?: Partial<ReconnectRow>;
  readonly heartbeat?: Partial<PingRow>;
  readonly onReport?: (report: Report) => void;
  /** Sees every frame; never a token. */
  readonly debug?: (entry: DebugEntry) => void;
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
  ): Promise<C['replies'][T]>;
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
  /** Resolves when the client is ready, rejects when it is closed. */
  ready(): Promise<void>;
  /** Closes, and lets go of everything: no handler is called any more. */
  dispose(): void;
}

/** A client of one channel. Generated code calls it with the channel's table and validators; nothing is opened before
 * `connect()`. */
export function createClient<
  C extends ChannelTypes,
  Discriminator extends PropertyKey = never,
  Auto extends PropertyKey = never,
>(
  contract: ClientTable,
  validators: InboundValidators,
  options: ClientOptions<C> = {},
): Client<C, Discriminator, Auto> {
  const table: ClientTable = {
    ...contract,
    reconnect: { ...contract.reconnect, ...options.reconnect },
    ...(contract.ping && { ping: { ...contract.ping, ...options.heartbeat } }),
  };
  const parameters = (options.parameters ?? {}) as Message;
  const room = parameters[table.room?.parameter ?? ''];
  const environment = options.environment ?? browserEnvironment;
  const feed = createFeed(() => driver.isDisposed);
  let told: Snapshot | undefined;
  let snapshot: Snapshot | undefined;
  const driver = createDriver({
    reduce: createReducer(table, {
      room: room === undefined ? undefined : String(room),
      pauseWhenHidden: options.pauseWhenHidden,
    }),
    read: createReader(table, validators),
    address: (token) => address(table, options, parameters, token, environment),
    token: options.token,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    environment,
    socket: () => socketConstructor(options.WebSocket),
    emit: feed.emit,
    report: feed.report,
    change() {
      if (told === look()) return;
      told = snapshot;
      if (told?.name === 'closed') feed.end();
      feed.change();
    },
    debug: options.debug,
  });

  function look(): Snapshot {
    const { name, reason, code, ready, attempt, step, at, connectedAt } = driver.state;
    const retryAt = step === 'wait' && at < Infinity ? at : null;
    const next: Snapshot = { name, reason, code, ready, attempt, retryAt, connectedAt };
    const isSame =
      snapshot && Object.keys(next).every((key) => snapshot![key as keyof Snapshot] === next[key as keyof Snapshot]);
    snapshot = isSame ? snapshot! : next;
    return snapshot;
  }

  told = look();
  if (options.onReport) feed.onReport(options.onReport);
  const client = {
    get state() {
      return look();
    },
    subscribe: feed.subscribe,
    send: (type: string, fields: Message = {}, { signal }: SendOptions = {}) =>
      driver.send(type, fields, false, undefined, signal).then(() => {}),
    request: (type: string, fields: Message = {}, { timeoutMs, signal }: RequestOptions = {}) =>
      driver.send(type, fields, true, timeoutMs, signal),
    on: feed.on,
    off: feed.off,
    onAny: feed.onAny,
    onReport: feed.onReport,
    messages: feed.messages,
    connect: driver.connect,
    close: () => driver.dispatch({ kind: 'close' }),
    ready: () =>
      new Promise<void>((resolve, reject) => {
        const check = () => {
          const { ready, name } = look();
          if (!ready && name !== 'closed') return;
          end();
          if (ready) resolve();
          else reject(new ClientError(table.channel, 'closed'));
        };
        const end = feed.subscribe(check);
        check();
      }),
    dispose: driver.dispose,
  };
  return client as Client<ChannelTypes> as Client<C, Discriminator, Auto>;
}
