// The model: what a contract says, as plain serialisable data, sorted in document order. Everything is seen from the
// server: `clientMessages` are received by it, `serverMessages` are sent by it. The document is inverted here, once.

/** BCP 14 level of a fact. A breach of a SHOULD is a warning, never a failure. */
export type Level = 'MUST' | 'SHOULD';

/** RFC 6901 pointer. Within a message it starts at the root of the message: `/data/code`. */
export type Pointer = string;

/** Where the document says it: a JSON Pointer into the document and a line, counted from 1. */
export interface Source {
  readonly pointer: Pointer;
  readonly line: number;
}

/** A row of the document that bears a rule. */
export interface Fact {
  readonly level: Level;
  /** Properties of the row whose breach is only a SHOULD, though the row is a MUST; of a trigger, targets of its fields. */
  readonly should?: readonly string[];
  readonly source: Source;
  readonly description?: string;
}

/** A draft-07 schema. `$ref`s point to `#/definitions/NAME` of {@link Contract.definitions}. The keyword `x-ws-should` lists
 * the keywords of that schema (and `required/NAME` for one required property) whose breach is only a SHOULD. */
export type JsonSchema = { readonly [keyword: string]: unknown };

export interface Contract {
  readonly modelVersion: 1;
  readonly title: string;
  readonly version: string;
  readonly description?: string;
  /** File name of the document, without folders. */
  readonly document: string;
  /** SHA-256 of the document (with what it includes), hex. */
  readonly hash: string;
  readonly servers: readonly Server[];
  readonly channels: readonly Channel[];
  readonly definitions: { readonly [name: string]: JsonSchema };
}

export interface Server {
  readonly name: string;
  readonly host: string;
  readonly protocol: string;
  /** Without a trailing slash; `''` where there is none. */
  readonly pathname: string;
  readonly description?: string;
  readonly source: Source;
}

export interface Channel {
  /** Key in `channels`. */
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  /** Path below the server's pathname: `/ws/game/{roomId}/`. */
  readonly address: string;
  /** Name of the first server that carries the channel, and its pathname. */
  readonly server: string;
  readonly pathname: string;
  readonly parameters: readonly Parameter[];
  /** Query parameters besides the token (`bindings.ws.query`). */
  readonly query: readonly QueryParameter[];
  readonly envelope: Envelope;
  readonly error: ErrorReport | null;
  readonly auth: Auth | null;
  readonly closeCodes: readonly CloseCode[];
  readonly heartbeats: readonly Heartbeat[];
  readonly reconnect: Reconnect | null;
  readonly queue: Queue | null;
  readonly room: Room | null;
  readonly resync: Resync | null;
  readonly limits: Limits;
  readonly clientMessages: readonly ClientMessage[];
  readonly serverMessages: readonly ServerMessage[];
  readonly source: Source;
}

/** A path parameter with the schema that `x-ws-parameter` gives it (default: a non-empty string). */
export interface Parameter extends Fact {
  readonly name: string;
  readonly schema: JsonSchema;
}

export interface QueryParameter extends Fact {
  readonly name: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
}

/** Where the parts of a message sit. A null discriminator: the channel has one message a direction. */
export interface Envelope {
  readonly discriminator: Pointer | null;
  readonly payload: Pointer | null;
  readonly id: Pointer | null;
  readonly timestamp: Pointer | null;
  readonly source: Source;
}

export type ErrorCondition =
  | 'malformed'
  | 'unknown-type'
  | 'invalid'
  | 'not-joined'
  | 'room-mismatch'
  | 'forbidden'
  | 'not-found'
  | 'rate-limited'
  | 'id-reused'
  | 'unavailable'
  | 'internal';

/** The message that reports an error. Its level says whether a rejected message must be answered at all. */
export interface ErrorReport extends Fact {
  /** Key of the server message. */
  readonly message: string;
  readonly code: Pointer | null;
  readonly text: Pointer | null;
  /** Where the RFC 6901 pointer to the offending place sits. */
  readonly pointer: Pointer | null;
  /** Where the id of the message that caused the error sits. */
  readonly id: Pointer | null;
  readonly codes: readonly ErrorCode[];
}

export interface ErrorCode extends Fact {
  readonly code: string;
  readonly when: ErrorCondition;
}

export type AuthCondition =
  | 'missing'
  | 'invalid'
  | 'expired'
  | 'unknown-user'
  | 'forbidden'
  | 'not-found'
  | 'expiry'
  | 'unknown-path'
  | 'invalid-query'
  | 'plain-http'
  | 'shutdown'
  | 'error';

/** How a connection is refused or ended. That it is refused is always a MUST; the level is that of the status or code. */
export type AuthAnswer = Fact & { readonly when: AuthCondition } & (
    | { readonly by: 'status'; readonly statuses: readonly number[] }
    | { readonly by: 'close'; readonly code: number }
  );

/** When a client counts as ready: at the first of these. */
export type Ready = Fact &
  (
    | { readonly on: 'message' /** Key of a server message; null: any. */; readonly message: string | null }
    | { readonly on: 'open' /** Open for so long, ms. */; readonly afterMs: number }
  );

export interface Claim extends Fact {
  readonly name: string;
  readonly required: boolean;
}

export interface Auth extends Fact {
  /** Name in `components.securitySchemes`. Null: the channel needs no token, and the answers are those of the handshake. */
  readonly scheme: string | null;
  /** Query parameter that carries the token. */
  readonly parameter: string | null;
  readonly format: 'jwt' | 'opaque';
  readonly algorithms: readonly string[];
  readonly claims: readonly Claim[];
  readonly answers: readonly AuthAnswer[];
  readonly ready: readonly Ready[];
}

export type CloseReason =
  | 'normal'
  | 'going-away'
  | 'protocol-error'
  | 'no-code'
  | 'abnormal'
  | 'auth'
  | 'permission'
  | 'not-found'
  | 'heartbeat'
  | 'size'
  | 'binary'
  | 'encoding'
  | 'policy'
  | 'extension'
  | 'rate'
  | 'backlog'
  | 'shutdown'
  | 'error';

export type ClientAction = 'stop' | 'refresh-token' | 'retry' | 'slow';

export interface CloseCode extends Fact {
  /** `other`: every code without a row. */
  readonly code: number | 'other';
  readonly name: string;
  readonly sentBy: 'server' | 'client' | 'both' | 'nobody';
  readonly when: readonly CloseReason[];
  readonly client: ClientAction;
}

/** Copies a value of the ping into the answer. */
export interface Echo {
  readonly from: Pointer;
  readonly to: Pointer;
}

export interface Heartbeat extends Fact {
  readonly initiator: 'server' | 'client';
  /** `frame`: RFC 6455 ping and pong frames; `message`: messages of the contract, by key. */
  readonly kind: 'frame' | 'message';
  readonly ping: string | null;
  readonly pong: string | null;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Whether the first ping is sent when the connection opens, not one interval later. */
  readonly onOpen: boolean;
  readonly satisfiedBy: 'answer' | 'any-message';
  readonly echo: readonly Echo[];
  /** Close code after a timeout; null: not checked. */
  readonly timeoutCode: number | null;
  readonly timeoutCodeLevel: Level;
}

/** Delay before attempt n: d = min(max, initial × multiplier^(n-1)), drawn uniformly from [d × (1 - jitter), d]. */
export interface Reconnect extends Fact {
  readonly initialMs: number;
  readonly multiplier: number;
  /** Null: no cap. */
  readonly maxMs: number | null;
  /** 0 to 1. */
  readonly jitter: number;
  /** Attempt 1 after a `slow` close is drawn from [0, spread]. */
  readonly spreadMs: number;
  /** Null: without limit. */
  readonly attempts: number | null;
  /** Ready for so long resets the count. */
  readonly stableMs: number;
  readonly handshakeTimeoutMs: number;
  readonly tokenTimeoutMs: number;
  readonly offlineRetryMs: number;
}

export interface Queue extends Fact {
  readonly messages: number;
  readonly bytes: number | null;
  readonly maxAgeMs: number;
  readonly overflow: 'drop-oldest' | 'reject-newest';
}

/** A message that joins or leaves, and where it names the room (null: the room of the address). */
export interface RoomMessage extends Fact {
  readonly message: string;
  readonly room: Pointer | null;
  /** A room other than the address's is refused with `room-mismatch`. */
  readonly onlyAddress: boolean;
  /** The error that answers a room which the user may not enter. */
  readonly refused?: (Fact & { readonly error: ErrorCondition }) | null;
}

/** The message by which presence is told, and what tells this change apart from another told by the same message. */
export interface PresenceMessage {
  readonly message: string;
  readonly match: readonly { readonly pointer: Pointer; readonly value: unknown }[];
}

export interface Presence extends Fact {
  readonly joined: PresenceMessage;
  readonly left: PresenceMessage;
  readonly per: 'user' | 'connection';
  /** Where the message names the user. */
  readonly user: Pointer | null;
  /** Over several processes: presence is right again so soon after one was killed. */
  readonly recovery?: (Fact & { readonly withinMs: number }) | null;
}

/** `channel`: there are no rooms; everyone connected to the channel is in one. */
export interface Room extends Fact {
  readonly scope: 'room' | 'channel';
  /** Channel parameter that names the room of the address. */
  readonly parameter: string | null;
  readonly joinOnOpen: boolean;
  readonly join: RoomMessage | null;
  readonly leave: RoomMessage | null;
  /** Where a client message may name the room it is meant for (absent: the room of the address). */
  readonly selector: Pointer | null;
  readonly presence: Presence | null;
  readonly life: 'kept' | 'while-joined';
}

export interface Resync extends Fact {
  readonly scope: 'room' | 'channel' | 'user';
  /** Where the number and the time of a sequenced message sit. */
  readonly sequence: Pointer;
  readonly timestamp: Pointer | null;
  /** Keys of the sequenced server messages. */
  readonly messages: readonly string[];
  readonly request: Fact & {
    readonly message: string;
    readonly lastSequence: Pointer | null;
    readonly lastTimestamp: Pointer | null;
    /** Asking joins a connection that had not joined. */
    readonly joins: boolean;
    readonly joinsLevel: Level;
  };
  readonly history: Fact & { readonly messages: number };
  /** Sent on joining, and instead of a replay that cannot be complete. */
  readonly snapshot:
    | (Fact & { readonly message: string; readonly sequence: Pointer; readonly outOfRangeLevel: Level })
    | null;
  readonly client: Fact & {
    /** Client messages in order, after a reconnect with a known position. */
    readonly afterReconnect: readonly string[];
    /** Key of the server message that ends the replay. */
    readonly end: string | null;
    readonly gapTimeoutMs: number;
    readonly holdback: number;
  };
}

export interface Limits {
  readonly message: (Fact & { readonly bytes: number; readonly code: number }) | null;
  /** Binary messages end the connection with this code; null: they are allowed. */
  readonly binary: (Fact & { readonly code: number }) | null;
  readonly encoding: (Fact & { readonly code: number }) | null;
  readonly rate:
    | (Fact & { readonly perSecond: number; readonly burst: number; readonly strikes: number; readonly code: number })
    | null;
  readonly backlog: (Fact & { readonly bytes: number; readonly code: number }) | null;
  readonly shutdown: (Fact & { readonly code: number; readonly withinMs: number }) | null;
  /** Whether `permessage-deflate` may be negotiated; null: nothing is said. */
  readonly compression?: (Fact & { readonly allowed: boolean }) | null;
}

export interface Example {
  readonly name?: string;
  readonly summary?: string;
  readonly payload: unknown;
}

export interface Message extends Fact {
  /** Key in the channel's `messages`. */
  readonly key: string;
  /** Name of the generated type; unique in the channel. */
  readonly name: string;
  /** Value of the discriminator; unique by channel and direction. The key where the channel has no discriminator. */
  readonly type: string;
  readonly title?: string;
  readonly summary?: string;
  readonly schema: JsonSchema;
  readonly examples: readonly Example[];
  readonly operation: string;
}

export interface Reply extends Fact {
  /** Keys of server messages. */
  readonly messages: readonly string[];
  /** Where request and reply carry the id that matches them; null: in order. */
  readonly correlation: { readonly request: Pointer; readonly reply: Pointer } | null;
}

export type Requirement = Fact & { readonly error: ErrorCondition } & (
    | { readonly condition: 'membership' }
    | { readonly condition: 'role'; readonly role: string }
  );

export interface Idempotent extends Fact {
  readonly property: Pointer;
  readonly scope: readonly ('user' | 'room' | 'connection')[];
  readonly windowMs: number;
  /** Key of the server message that answers a repeat, and where it names what the first one made. */
  readonly answer: string;
  /** What the answer carries over from the message that the first one caused (`echo.message`). */
  readonly carries?: readonly Echo[];
  /** Server message caused by the first one that a client may take as its settlement, and where that carries the id. */
  readonly echo: { readonly message: string; readonly property: Pointer } | null;
  readonly conflict: ErrorCondition;
}

export interface Request extends Fact {
  readonly timeoutMs: number;
  readonly rejectedBy: readonly ('error' | 'disconnect' | 'not-ready')[];
}

export interface ClientMessage extends Message {
  readonly reply: Reply | null;
  readonly requires: readonly Requirement[];
  readonly idempotent: Idempotent | null;
  readonly request: Request | null;
  /** Whether a client may hold it back until it is ready (where the channel has a queue). */
  readonly queued: boolean;
}

export type DeliveryWord = 'direct' | 'room' | 'others' | 'other-users' | 'user' | 'everyone';

export interface Delivery extends Fact {
  readonly to: DeliveryWord;
}

/** What a trigger writes into the message it causes. */
export type FieldSource =
  | { readonly from: 'message'; readonly pointer: Pointer }
  | { readonly from: 'user-id' | 'user-name' | 'room' | 'now' | 'new-id' }
  | { readonly from: 'value'; readonly value: unknown };

export interface Field {
  readonly target: Pointer;
  readonly source: FieldSource;
}

export type Trigger = Fact & { readonly fields: readonly Field[] } & (
    | {
        readonly on: 'message';
        /** Key of the client message. */
        readonly message: string;
        /** With delivery `user`: where the client message names the addressed user. */
        readonly user: Pointer | null;
      }
    /** `open`: a connection was accepted; `join` and `leave`: of a room (or channel); `server`: the server's own code. */
    | { readonly on: 'open' | 'join' | 'leave' | 'timer' | 'server' }
  );

export interface ServerMessage extends Message {
  readonly delivery: Delivery | null;
  readonly triggers: readonly Trigger[];
}
