// Where the runtime meets what is outside of it: sockets, storage, time, tokens. Each interface can be given by the
// user, and decorated: a decorator sees enough to change who gets what, when, how often, and how a connection ends.

import type { Buffer } from 'node:buffer';
import type { ContractSocket } from './contract-socket.ts';
import type { CoreHandlers } from './core.ts';
import type { AuthCondition, AuthTable, ChannelContract } from './table.ts';

/** Ends a timer or a subscription; harmless when repeated. */
export type Cancel = () => void;

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once, after `ms` milliseconds. */
  setTimeout(callback: () => void, ms: number): Cancel;
}

export interface User {
  readonly id: string;
  readonly name: string;
}

export type TokenVerdict =
  | { readonly user: User /** Milliseconds since the epoch; null: never. */; readonly expiresAt: number | null }
  | { readonly refused: Extract<AuthCondition, 'invalid' | 'expired' | 'unknown-user'> };

export interface TokenVerifier {
  /** Judges a token that is neither missing nor repeated. A rejection means that it could not be judged: `error`. */
  verify(token: string, auth: AuthTable): Promise<TokenVerdict>;
}

/** A text message, encoded and framed once for however many connections. */
export interface Encoded {
  readonly text: string;
  /** Length of the frame. */
  readonly bytes: number;
  /** The whole unmasked frame (RFC 6455 5.2). */
  readonly frame: Buffer;
}

/** Whose connection it is; `rooms` follows joining and leaving. */
export interface ConnectionFacts {
  readonly id: string;
  readonly channel: string;
  readonly user: User;
  /** Room of the address; null where the address names none. */
  readonly addressRoom: string | null;
  readonly rooms: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
}

export type Violation = 'size' | 'encoding' | 'protocol';

export interface TransportEvents {
  message(text: string): void;
  binary(data: Buffer): void;
  pong(payload: string): void;
  /** The peer broke a rule of framing; nothing more of it is read. `code` is the one of RFC 6455. */
  violation(kind: Violation, code: number): void;
  /** Exactly once, last. */
  closed(code: number): void;
}

/** One accepted connection. */
export interface Transport {
  readonly facts: ConnectionFacts;
  /** Bytes handed over and not yet taken by the operating system. */
  readonly bufferedBytes: number;
  /** False from `close` or `terminate` on. */
  readonly isOpen: boolean;
  send(message: Encoded): void;
  /** Sends a ping frame; payloads of at most 125 bytes. */
  ping(payload: string): void;
  close(code: number, reason: string): void;
  /** Ends without a closing handshake. */
  terminate(): void;
  /** Stops and resumes reading, for back-pressure. */
  pause(): void;
  resume(): void;
  /** Resolves when little is buffered, or when the connection has ended. */
  drained(): Promise<void>;
  /** Called once, before anything is read. */
  listen(events: TransportEvents): void;
}

/** A message on its way to the connections of a topic, in every process. Plain data. */
export interface Publication {
  readonly channel: string;
  readonly type: string;
  readonly text: string;
  /** Null: addressed to users or to everyone. */
  readonly room: string | null;
  /** Whom it leaves out: the connection or the user of `cause`. */
  readonly except: 'connection' | 'user' | null;
  readonly cause: { readonly connection: string; readonly user: string } | null;
}

/** A connection as fan-out sees it. */
export interface Recipient {
  readonly facts: ConnectionFacts;
  deliver(message: Encoded): void;
}

/** Hands one message to its recipients in this process. `all` are the connections of the channel. */
export type Fanout = (
  publication: Publication,
  message: Encoded,
  recipients: Iterable<Recipient>,
  all: Iterable<Recipient>,
) => void;

/** The answer to the repeats of what a claim is held for. */
export interface Settlement {
  readonly holder: string;
  readonly answer: string;
}

export interface Append {
  /** Numbered on its own, from 1. */
  readonly stream: string;
  /** Where it is published once it has its number; null: kept only. */
  readonly topic: string | null;
  readonly publication: Omit<Publication, 'text'>;
  /** The JSON text; in two parts where the number belongs between them. */
  readonly text: readonly [whole: string] | readonly [before: string, after: string];
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** How many messages the stream keeps. */
  readonly keep: number;
  /** A claim that is settled with it, both or neither; rejects where the claim is not held any more. */
  readonly settles?: Settlement | undefined;
}

export interface HistoryEntry {
  readonly sequence: number;
  readonly timestamp: number;
  readonly text: string;
}

/** What is kept of a stream. `oldest` is `head + 1` where nothing is. */
export interface History {
  readonly oldest: number;
  readonly oldestTimestamp: number | null;
  readonly head: number;
  readonly entries: readonly HistoryEntry[];
}

export type HistoryRange = { readonly after: number } | { readonly since: number };

/** A user who has at least one connection in a presence set. */
export interface Member {
  readonly user: User;
  /** JSON of what the channel's handlers gave with the user's first connection; it stands until the last has left. */
  readonly data: string;
  /** When the first connection joined, milliseconds since the epoch. */
  readonly at: number;
}

/** `settle` and `release` are harmless once it is settled. */
export type Claim =
  | {
      readonly repeated: false;
      /** Who holds the key, for {@link Append.settles}; left out: only `settle` settles it. */
      readonly holder?: string;
      settle(answer: string): Promise<void>;
      release(): Promise<void>;
    }
  | { readonly repeated: true; readonly fingerprint: string; readonly answer: string };

/** A connection that came or went without this process having said so. */
export interface PresenceChange {
  readonly change: 'joined' | 'left';
  readonly set: string;
  readonly connection: string;
  readonly member: Member;
  /** Whether it was the user's first connection, or the last one. */
  readonly isNews: boolean;
  /** Whether nobody is left in the set. */
  readonly empty: boolean;
}

/** Broadcast layer and storage. Rejections mean that it is unavailable, and that nothing was accepted. */
export interface Engine {
  /** Gives a message the next number of its stream, keeps it, and publishes it; all topics see the order of the numbers.
   * Rejects with an `OutcomeUnknownError` where that may or may not have been done. */
  append(entry: Append): Promise<number>;
  /** Entries in ascending order, of the newest `keep`. */
  history(stream: string, range: HistoryRange, keep: number): Promise<History>;
  /** Forgets a stream, its number included, and the value saved under its name. @param unlessJoined a presence set: kept
   * while somebody is in it */
  drop(stream: string, unlessJoined?: string): Promise<void>;
  publish(topic: string, publication: Publication): Promise<void>;
  /** Resolves once everything published from then on arrives. */
  subscribe(topic: string, listener: (publication: Publication) => void): Promise<Cancel>;
  /** Of engines that catch up after an interruption: resolves once nothing published before the call is still to come to the
   * listeners of a topic. Left out: it never is. */
  caughtUp?(topic: string): Promise<void>;
  /** `first`: the user had no connection in the set. A connection that is in the set already changes nothing. */
  join(
    set: string,
    connection: string,
    member: Member,
  ): Promise<{ readonly first: boolean; readonly joined: boolean; readonly member: Member }>;
  /** `last`: the user has none any more. `empty`: nobody has; the set is gone. Where it rejects, the engine does it as soon
   * as it can, and `watch` tells of it. */
  leave(
    set: string,
    connection: string,
  ): Promise<{ readonly left: Member | null; readonly last: boolean; readonly empty: boolean }>;
  /** In the order of joining; `createdAt` is null where the set does not exist. */
  members(set: string): Promise<{ readonly createdAt: number | null; readonly members: readonly Member[] }>;
  /** Reserves a key. Waits while another holder has neither settled nor released it. */
  claim(key: string, fingerprint: string, windowMs: number): Promise<Claim>;
  load(key: string): Promise<string | null>;
  save(key: string, text: string): Promise<void>;
  /** Of engines that several processes share: tells one of them of connections whose process is gone, and of those that
   * were taken for gone and are not. Left out: there are none. */
  watch?(listener: (change: PresenceChange) => void): Cancel;
  close(): Promise<void>;
}

export type Refusal =
  | { readonly when: AuthCondition; readonly by: 'status'; readonly status: number }
  | { readonly when: AuthCondition; readonly by: 'close'; readonly code: number };

/** What is done with an opening handshake; null: accepted. Nothing of the token is in it. */
export type Handshake = (refusal: Refusal | null, channel: string | null) => Refusal | null;

/** What is read of the target of an upgrade request: path and query, the token in it. */
export type RequestTarget = (target: string) => string;

/** What `ws` is told: which extension it negotiates, what it checks, and the class of its sockets. */
export interface Framing {
  /** Null: negotiated where the contract allows it. */
  readonly perMessageDeflate: boolean | null;
  readonly skipUTF8Validation: boolean;
  readonly WebSocket: typeof ContractSocket;
}

/** Everything that can be exchanged or decorated, in one place. */
export interface Seam {
  readonly channels: readonly ChannelContract[];
  readonly clock: Clock;
  readonly engine: Engine;
  readonly verifier: TokenVerifier | null;
  readonly target: RequestTarget;
  readonly handshake: Handshake;
  readonly framing: Framing;
  /** The application's own part of a channel. */
  readonly handlers: (handlers: CoreHandlers, channel: string) => CoreHandlers;
  readonly transport: (transport: Transport) => Transport;
  readonly fanout: Fanout;
}

export type SeamDecorator = (seam: Seam) => Seam;
