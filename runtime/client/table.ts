// What a client has to know of one channel: a frozen table, printed by the generator, with no function in it.

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
  /** Where the ping carries the time of sending: ms since 1970, as text where `stampText`. */
  readonly stamps?: readonly Path[];
  readonly stampText?: boolean;
  /** Close code after a timeout. Absent: none is named. */
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

export interface QueueRow {
  readonly messages: number;
  readonly bytes?: number;
  readonly maxAgeMs: number;
  readonly rejectNewest?: boolean;
}

export interface RoomRow {
  /** Channel parameter that names the room of the address. */
  readonly parameter?: string;
  /** The client joins the room of the address by itself when the connection opens. */
  readonly auto?: boolean;
  /** Absent `room`: always the room of the address. */
  readonly join?: { readonly type: string; readonly room?: Path };
  readonly leave?: { readonly type: string; readonly room?: Path };
}

export interface ResyncRow {
  readonly types: readonly string[];
  readonly sequence: Path;
  readonly timestamp?: Path;
  readonly request: { readonly type: string; readonly lastSequence?: Path; readonly lastTimestamp?: Path };
  readonly snapshot?: { readonly type: string; readonly sequence: Path };
  /** Client messages that ask for a replay, in order. */
  readonly replay: readonly string[];
  /** The server message that ends a replay. Absent: gaps are given up `gapTimeoutMs` after asking. */
  readonly end?: string;
  readonly gapTimeoutMs: number;
  readonly holdback: number;
}

export interface ReplyRow {
  readonly types: readonly string[];
  /** Where request and reply carry the id that matches them. Absent: replies come in order. */
  readonly request?: Path;
  readonly reply?: Path;
}

export interface IdempotentRow {
  readonly property: Path;
  readonly windowMs: number;
  /** The answer to a repeat; it carries the id where the envelope has it. */
  readonly answer: string;
  readonly echo?: { readonly type: string; readonly property: Path };
}

/** A client message about which there is something to say. */
export interface MessageRow {
  /** Fails at once while the client is not ready. */
  readonly unqueued?: boolean;
  readonly reply?: ReplyRow;
  readonly timeoutMs?: number;
  /** A request outlives a lost connection, until its timeout. */
  readonly survives?: boolean;
  /** A request may wait in the queue until the client is ready. */
  readonly waits?: boolean;
  readonly idempotent?: IdempotentRow;
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
  readonly ping?: PingRow;
  readonly pong?: PongRow;
  readonly reconnect: ReconnectRow;
  readonly queue?: QueueRow;
  /** Largest message that the server takes, bytes of UTF-8. */
  readonly maxBytes?: number;
  /** Largest message taken from the server. @default 1048576 */
  readonly maxInboundBytes?: number;
  readonly room?: RoomRow;
  readonly resync?: ResyncRow;
  readonly messages: { readonly [type: string]: MessageRow };
  /** Where server messages carry an id by which a repeat is dropped. */
  readonly unique?: { readonly [type: string]: Path };
}
