// What the client remembers between two events, what can happen to it, and what it asks the driver to do.
import type { Message } from './message.ts';

export type StateName = 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'closing' | 'closed';

/** Why a client is closed for good. */
export type CloseReason = 'requested' | 'stop-code' | 'attempts';

/** Why a send or a request failed. */
export type FailureCode =
  | 'not-ready'
  | 'overflow'
  | 'expired'
  | 'timeout'
  | 'disconnected'
  | 'closed'
  | 'too-large'
  | 'rejected'
  | 'aborted';

/** A message on its way: in the queue until it is written, then (where an answer settles it) among the waiting. */
export interface Entry {
  /** Which promise it settles; 0: none. */
  readonly key: number;
  readonly type: string;
  readonly fields: Message;
  readonly message: Message;
  readonly text: string;
  readonly bytes: number;
  readonly expiresAt: number;
  readonly request: boolean;
  /** Its answer ends a replay. */
  readonly end?: boolean;
}

/** Moments are ms of the driver's clock; `Infinity` where nothing is due. */
export interface State {
  readonly name: StateName;
  readonly reason: CloseReason | null;
  /** Code of the last connection that ended. */
  readonly code: number | null;
  readonly ready: boolean;
  readonly connectedAt: number | null;
  /** Attempts since the last stable connection. */
  readonly attempt: number;
  /** Number of the connection; what belongs to another one is ignored. */
  readonly epoch: number;
  /** What is under way while there is no open connection. */
  readonly step: 'wait' | 'token' | 'socket' | null;
  /** End of the step, or of `closing`. */
  readonly at: number;
  readonly readyAt: number;
  readonly stableAt: number;
  readonly pingAt: number;
  readonly deadAt: number;
  readonly gapAt: number;
  readonly drainAt: number;
  /** The code with which a token was refused since the client was last ready; 0: none. */
  readonly refused: number;
  readonly online: boolean;
  readonly paused: boolean;
  readonly serial: number;
  readonly queue: readonly Entry[];
  readonly waiting: readonly Entry[];
  /** Rooms joined besides the address's: the message that joins, and the id under which it was last sent. */
  readonly rooms: { readonly [room: string]: { readonly fields: Message; readonly id: unknown } };
  /** Number of the last sequenced message delivered, and its time. */
  readonly position: number | null;
  readonly time: unknown;
  readonly sync: 'joining' | 'replaying' | 'live';
  readonly held: ReadonlyMap<number, { readonly type: string; readonly message: Message }>;
}

export type ClientEvent =
  | { readonly kind: 'connect'; readonly online: boolean; readonly hidden: boolean }
  | { readonly kind: 'close'; readonly dispose?: boolean }
  | { readonly kind: 'token'; readonly epoch: number; readonly token: string | null }
  | { readonly kind: 'token-failed'; readonly epoch: number; readonly error: unknown }
  | { readonly kind: 'opened'; readonly epoch: number }
  | { readonly kind: 'closed'; readonly epoch: number; readonly code: number }
  /** A null type: a frame that is no message of the contract; a sign of life all the same. */
  | { readonly kind: 'message'; readonly epoch: number; readonly type: string | null; readonly message: Message }
  | {
      readonly kind: 'send';
      readonly key: number;
      readonly type: string;
      readonly fields: Message;
      readonly request: boolean;
      readonly timeoutMs?: number | undefined;
      /** Bytes that the socket has not handed on. */
      readonly buffered: number;
    }
  | { readonly kind: 'abort'; readonly key: number }
  | { readonly kind: 'tick'; readonly buffered: number }
  /** `suspend`, `resume`: the page enters, leaves the back/forward cache. */
  | { readonly kind: 'online' | 'offline' | 'shown' | 'hidden' | 'suspend' | 'resume' };

/** What a user is told besides the messages of the contract. */
export type Report =
  /** Sequenced messages `from` to `to` are lost for this client. */
  | { readonly kind: 'gap'; readonly from: number; readonly to: number }
  /** A frame that was dropped: what is wrong with it. */
  | { readonly kind: 'malformed' | 'binary' | 'oversize'; readonly data: unknown }
  | { readonly kind: 'unknown'; readonly type: unknown; readonly message: unknown }
  | {
      readonly kind: 'invalid';
      readonly type: string;
      readonly message: unknown;
      readonly issues: readonly { readonly pointer: string; readonly message: string }[];
    }
  /** A message that was not sent, or whose answer never came. */
  | { readonly kind: 'dropped'; readonly type: string; readonly message: unknown; readonly code: FailureCode }
  /** The token provider failed or was late; the attempt failed with it. */
  | { readonly kind: 'token'; readonly error: unknown }
  /** A handler threw; the others were called all the same. */
  | { readonly kind: 'handler'; readonly error: unknown }
  /** An iterator was not read; so many of its oldest messages were dropped. */
  | { readonly kind: 'unread'; readonly count: number };

export type Effect =
  | { readonly kind: 'token'; readonly attempt: number; readonly code: number | null; readonly epoch: number }
  | { readonly kind: 'open'; readonly token: string | null; readonly epoch: number }
  | { readonly kind: 'write'; readonly text: string; readonly epoch: number }
  /** Begin the closing handshake and go on listening for its end. */
  | { readonly kind: 'close' }
  /** Give up the attempt or connection: no handler of it fires any more. */
  | { readonly kind: 'drop'; readonly code: number | undefined }
  | { readonly kind: 'emit'; readonly type: string; readonly message: Message }
  | { readonly kind: 'settle'; readonly key: number; readonly message: Message | undefined }
  | { readonly kind: 'fail'; readonly entry: Entry; readonly code: FailureCode; readonly reply: Message | undefined }
  | { readonly kind: 'report'; readonly report: Report };

export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** What ends with a connection. */
export const disconnected = {
  ready: false,
  step: null,
  at: Infinity,
  readyAt: Infinity,
  stableAt: Infinity,
  pingAt: Infinity,
  deadAt: Infinity,
  gapAt: Infinity,
  drainAt: Infinity,
  sync: 'joining',
  held: new Map(),
} as const;

export const initialState: State = {
  ...disconnected,
  name: 'idle',
  reason: null,
  code: null,
  connectedAt: null,
  attempt: 0,
  epoch: 0,
  refused: 0,
  online: true,
  paused: false,
  serial: 0,
  queue: [],
  waiting: [],
  rooms: {},
  position: null,
  time: null,
};

/** When the reducer next wants a `tick`. */
export const deadline = (s: State): number =>
  Math.min(
    s.at,
    s.readyAt,
    s.stableAt,
    s.pingAt,
    s.deadAt,
    s.gapAt,
    s.drainAt,
    ...[...s.queue, ...s.waiting].map((entry) => entry.expiresAt),
  );
