// What a client has to know of one channel: a frozen table, printed by the generator, of data and of the parts it needs.
import type { Answering, Beating, Ordering, Repeats } from './state.ts';

/** Member names from the root of a message; `['data', 'id']` is the pointer `/data/id`. */
export type Path = readonly string[];

/** What a client does when a connection ends. */
export type ClientAction = 'stop' | 'refresh-token' | 'retry' | 'slow';

/** Delay before attempt n: d = min(maxMs, initialMs × multiplier^(n-1)), drawn uniformly from [d × (1 - jitter), d]. */
export interface ReconnectRow {
  readonly initialMs: number;
  readonly multiplier: number;
  /** Absent: no cap. */
  readonly maxMs?: number;
  /** 0 to 1. */
  readonly jitter: number;
  /** Attempt 1 after a `slow` close is drawn from [0, spreadMs]. */
  readonly spreadMs: number;
  /** Absent: without limit. */
  readonly attempts?: number;
  /** Ready for so long sets the count of attempts to 0. */
  readonly stableMs: number;
  readonly handshakeTimeoutMs: number;
  readonly tokenTimeoutMs: number;
  /** The wait between attempts while the browser says that it is offline. */
  readonly offlineRetryMs: number;
}

/** The client's own heartbeat: a message that it sends. */
export interface PingRow {
  readonly type: string;
  readonly reply: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** The first ping is sent when the connection opens, not one interval later. */
  readonly onOpen?: boolean;
  /** Only the reply counts as life. Absent: any inbound message does. */
  readonly answerOnly?: boolean;
  /** Close code after a timeout: 3000 to 4999, since a browser lets an application send no other. Absent: none is named. */
  readonly code?: number;
}

/** The server's heartbeat: a message that this client answers. */
export interface PongRow {
  readonly ping: string;
  readonly type: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Pairs of places: from the ping, to the answer. */
  readonly echo?: readonly (readonly [Path, Path])[];
  readonly code?: number;
}

/** What waits to be written: until the client is ready, or until a slow socket has handed on what it got before. */
export interface QueueRow {
  /** The contract has no queue: sending while not ready fails at once. */
  readonly onlyReady?: boolean;
  readonly messages: number;
  readonly bytes?: number;
  readonly maxAgeMs: number;
  readonly rejectNewest?: boolean;
}

export interface ResyncRow {
  readonly ordering: Ordering;
  readonly types: readonly string[];
  readonly sequence: Path;
  readonly timestamp?: Path;
  /** Asks by the number where it can, otherwise by the time of the last message. */
  readonly request: { readonly type: string; readonly lastSequence?: Path; readonly lastTimestamp?: Path };
  readonly snapshot?: { readonly type: string; readonly sequence: Path };
  /** Client messages that ask for a replay, in order. */
  readonly replay: readonly string[];
  /** Of `replay`, the message whose answer ends a replay. Absent: gaps are given up `gapTimeoutMs` after asking (otherwise after ten times as long). */
  readonly end?: string;
  readonly gapTimeoutMs: number;
  readonly holdback: number;
}

/** A server message that answers a client message; where both carry the id that matches them. No places: in order. */
export type AnswerRow = readonly [type: string, own?: Path, theirs?: Path];

/** A client message about which there is something to say. */
export interface MessageRow {
  readonly answers?: readonly AnswerRow[];
  /** Of a request; given wherever there is an answer. */
  readonly timeoutMs?: number;
  /** What does not reject a request, though it rejects others: not being ready, losing the connection, an error with its id. */
  readonly waits?: boolean;
  readonly stays?: boolean;
  readonly ignoresErrors?: boolean;
  /** Sent again on the next connection until it is answered. */
  readonly idempotent?: boolean;
  /** Fails at once while the client is not ready. */
  readonly unqueued?: boolean;
  /** Where it names the room that it joins or leaves; what is sent to join is sent again after a reconnect. */
  readonly join?: Path;
  readonly leave?: Path;
  /** Where it carries the time of sending, ms since 1970. */
  readonly stamps?: readonly Path[];
}

export interface ClientTable {
  readonly channel: string;
  /** Path of the server that carries the channel; used where no `url` is given. */
  readonly pathname: string;
  readonly address: string;
  /** Query parameter that carries the token. */
  readonly token?: string;
  /** The discriminator. Absent: one message a direction. */
  readonly type?: Path;
  readonly id?: Path;
  readonly timestamp?: Path;
  readonly error?: { readonly type: string; readonly id?: Path };
  /** Ready at the first of these messages (`any`: at any), or when open for `afterMs`. */
  readonly ready: { readonly types?: readonly string[]; readonly any?: boolean; readonly afterMs?: number };
  readonly codes: { readonly [code: string]: ClientAction };
  /** Needed where there is a `ping` or a `pong`. */
  readonly beating?: Beating;
  readonly ping?: PingRow | undefined;
  readonly pong?: PongRow;
  readonly reconnect: ReconnectRow;
  readonly queue: QueueRow;
  /** Largest message that the server takes, bytes of UTF-8. */
  readonly maxBytes: number;
  /** Largest message taken from the server, characters. */
  readonly maxInbound: number;
  /** Channel parameter that names the room of the address. */
  readonly parameter?: string;
  /** Sent by the client itself when a connection opens, to join the room of the address. */
  readonly autoJoin?: { readonly type: string; readonly room?: Path };
  readonly resync?: ResyncRow;
  /** Needed where a message has answers, or joins a room. */
  readonly answering?: Answering;
  readonly messages: { readonly [type: string]: MessageRow };
  /** Where server messages carry an id by which a repeat is dropped. */
  readonly unique?: () => ReturnType<Repeats>;
}
