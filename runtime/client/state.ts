// What the client remembers between two events, what can happen to it, and what it asks the driver to do.
import type { EnvironmentEvent } from './environment.ts';
import type { Message } from './message.ts';
import type { ClientTable, Path, PingRow, PongRow } from './table.ts';

export type StateName = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'closing' | 'closed';

/** Why a client is closed for good. */
export type CloseReason = 'requested' | 'stop-code' | 'attempts';

/** Why a send or a request failed. */
export type FailureCode =
  /** The client is not ready, and this message does not wait: subscribe to the state. */
  | 'not-ready'
  /** The queue was full. */
  | 'overflow'
  /** Not sent, or not confirmed, within the queue's age. */
  | 'expired'
  /** A request had no answer in time. */
  | 'timeout'
  /** The connection ended before the answer; whether the server acted on it is unknown. */
  | 'disconnected'
  /** The client is closed; `connect()` opens it again. */
  | 'closed'
  /** Larger than the contract allows. */
  | 'too-large'
  /** The server answered with an error: see `reply`. */
  | 'rejected'
  /** Given up by the caller's signal. */
  | 'aborted';

/** A message on its way: in the queue until it is written, then (where an answer settles it) among the waiting. */
export interface Entry {
  /** Which promise it settles. */
  readonly key?: number | undefined;
  readonly type: string;
  readonly fields: Message;
  readonly message: Message;
  readonly text: string;
  readonly bytes: number;
  readonly expiresAt?: number;
  readonly request?: boolean;
  /** Its answer ends a replay. */
  readonly end?: boolean | undefined;
}

/** The contract's table, and what the user's options add to it. */
export interface Rules extends ClientTable {
  readonly options?: { readonly parameters?: object; readonly pauseWhenHidden?: boolean };
}

/** What a user interface shows of a client. The same object as long as nothing in it changes. */
export interface Snapshot {
  readonly name: StateName;
  readonly reason?: CloseReason | undefined;
  /** Close code of the last connection that ended. */
  readonly code?: number | undefined;
  /** Whether what is sent now is written now. */
  readonly ready: boolean;
  /** Attempts since the last stable connection. */
  readonly attempt: number;
  /** When the next attempt is due, ms since 1970; undefined: none is, or it waits for the page to be shown. */
  readonly retryAt?: number | undefined;
  /** When a connection last opened, ms since 1970. */
  readonly connectedAt?: number | undefined;
}

/** What happens by itself; each is due at a moment of the driver's clock, or not at all. */
export type Timer =
  | 'retry'
  /** Asking for the token, the handshake, or closing takes too long. */
  | 'step'
  /** Open for so long that it counts as ready. */
  | 'ready'
  | 'stable'
  | 'ping'
  /** No sign of life came. */
  | 'dead'
  | 'gap'
  /** Look whether the socket has room again. */
  | 'drain';

export interface State extends Omit<Snapshot, 'retryAt'> {
  readonly rules: Rules;
  /** Number of the connection; what belongs to another one is ignored. */
  readonly epoch: number;
  /** What is under way while there is no open connection; `disposed`: nothing ever will be. */
  readonly step: 'wait' | 'token' | 'socket' | 'disposed' | undefined;
  /** When the last frame came. */
  readonly heardAt?: number | undefined;
  readonly due: { readonly [T in Timer]?: number };
  /** The code with which a token was refused since the client was last ready. */
  readonly refused?: number | undefined;
  readonly offline?: boolean | undefined;
  readonly paused?: boolean | undefined;
  /** Not yet written. */
  readonly queue: readonly Entry[];
  /** Written, and not yet answered. */
  readonly waiting: readonly Entry[];
  /** What joined the rooms besides the address's. */
  readonly rooms?: readonly Entry[] | undefined;
  readonly order?: Order | undefined;
}

/** Where a client stands among the sequenced messages. */
export interface Order {
  /** Number of the last one delivered, and its time. */
  readonly position?: number | undefined;
  readonly time?: unknown;
  readonly sync: 'joining' | 'replaying' | 'live';
  /** What waits for its turn; ascending. */
  readonly held: readonly { readonly number: number; readonly type: string; readonly message: Message }[];
  /** An error came while a replay was awaited: its end says nothing of what is missing. */
  readonly isDoubted?: boolean;
  /** Replays in a row that came to nothing by an error. */
  readonly failed?: number;
}

/** What can happen. No event and no effect carries a token: the driver keeps it to itself. */
export interface Events {
  connect(online: boolean, hidden: boolean): void;
  close(): void;
  dispose(): void;
  /** The provider answered, or failed. */
  token(epoch: number, error?: unknown): void;
  opened(epoch: number): void;
  closed(epoch: number, code: number): void;
  /** No type: a frame that is no message of the contract; a sign of life all the same. */
  message(epoch: number, type?: string, message?: Message): void;
  /** `buffered`: bytes that the socket has not handed on. */
  send(
    key: number,
    type: string,
    fields: Message,
    isRequest: boolean,
    timeoutMs: number | undefined,
    buffered: number,
  ): void;
  abort(key: number): void;
  tick(buffered: number): void;
  environment(event: EnvironmentEvent): void;
}

/** What the driver is asked to do. */
export interface Effects {
  token(epoch: number, attempt: number, code: number | undefined): void;
  open(epoch: number): void;
  write(text: string, epoch: number): void;
  /** Begin the closing handshake and go on listening for its end. */
  close(): void;
  /** Give up the attempt or connection: no handler of it fires any more. */
  drop(code?: number): void;
  emit(type: string, message: Message): void;
  settle(key?: number, message?: Message): void;
  fail(entry: Entry, code: FailureCode, reply?: Message): void;
  report(report: Report): void;
}

type Calls<M> = { [K in keyof M]: M[K] extends (...values: infer A) => void ? readonly [K, ...A] : never }[keyof M];

/** An event as data: its name and its values. */
export type ClientEvent = Calls<Events>;
export type Effect = Calls<Effects>;

/** What a user is told besides the messages of the contract. */
export type Report =
  /** Sequenced messages `from` to `to` are lost for this client. */
  | { readonly kind: 'gap'; readonly from: number; readonly to: number }
  /** A frame that was dropped: what is wrong with it. */
  | { readonly kind: 'malformed' | 'binary' | 'oversize'; readonly data: unknown }
  | { readonly kind: 'unknown'; readonly data: unknown; readonly type: unknown }
  | {
      readonly kind: 'invalid';
      readonly data: unknown;
      readonly type: string;
      readonly issues: readonly { readonly pointer: string; readonly message: string }[];
    }
  /** A message that was not sent, or whose answer never came. */
  | { readonly kind: 'dropped'; readonly type: string; readonly message: unknown; readonly code: FailureCode }
  /** The token provider failed, or was late (`timeout`); the attempt failed with it. */
  | { readonly kind: 'token'; readonly error: unknown }
  /** A handler threw; the others were called all the same. */
  | { readonly kind: 'handler'; readonly error: unknown }
  /** An iterator was not read; the oldest of 1,000 messages was dropped. */
  | { readonly kind: 'unread' };

export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** A state that is being worked on, and the effects so far. Its fields are replaced; what they hold is never changed in place. */
export type Turn = { -readonly [K in keyof State]: State[K] } & {
  effects: Effect[];
  now: number;
  readonly random: () => number;
};

/** The part that channels with a heartbeat of messages load: see heartbeat.ts. */
export interface Beating {
  begin(t: Turn): void;
  /** A frame came in; no type: it is no message of the contract. */
  hear(t: Turn, type?: string, message?: Message): void;
  ping(t: Turn): void;
  /** Asks for a sign of life, and waits for it anew. */
  probe(t: Turn): void;
  written(t: Turn, type: string): void;
  /** The heartbeat for which the connection is to be given up, now that its deadline has passed by so much. */
  missed(t: Turn, lateMs: number): PingRow | PongRow | undefined;
}

/** The part that channels with answers or rooms load: see requests.ts. */
export interface Answering {
  /** A connection opened. */
  begin(t: Turn): void;
  /** Whether an answer will settle the entry. */
  written(t: Turn, entry: Entry): boolean;
  /** The entry that the message answers. */
  heard(t: Turn, type: string, message: Message): Entry | undefined;
  /** A connection became ready. */
  resume(t: Turn): void;
}

/** The part that channels with sequenced messages load: see resync.ts. */
export interface Ordering {
  begin(t: Turn): void;
  deliver(t: Turn, type: string, message: Message): void;
  gap(t: Turn): void;
  /** The replay that was asked for is over. */
  end(t: Turn): void;
}

/** The part that channels load whose messages are known by an id: see repeats.ts. Says whether a message came before. */
export type Repeats = (ids: { readonly [type: string]: Path }) => (type: string, message: unknown) => boolean;

/** What ends with a connection. */
export const disconnected = () => ({ ready: false, step: undefined, due: {} });

export const initialState = (rules: Rules): State => ({
  ...disconnected(),
  rules,
  name: 'idle',
  attempt: 0,
  epoch: 0,
  queue: [],
  waiting: [],
});

/** A state to work on: its own, as the driver's is, or a copy, as the reducer's is. */
export const begin = (state: State, random: () => number): Turn => ({ ...state, effects: [], now: 0, random });

/** When the reducer next wants a `tick`. */
export const deadline = ({ due, queue, waiting }: State): number =>
  Math.min(...Object.values(due), ...[...queue, ...waiting].map(({ expiresAt }) => expiresAt!));

/** Sets a timer; without a delay, takes it away. */
export function plan(t: Turn, timer: Timer, delayMs = Infinity): void {
  const { [timer]: _, ...due } = t.due;
  t.due = delayMs < Infinity ? { ...due, [timer]: t.now + delayMs } : due;
}

/** Asks the driver for something; it is done after the reducer has returned. */
export const act = (t: Turn, ...effect: Effect): number => t.effects.push(effect);
