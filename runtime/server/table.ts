// What the server runtime needs to know of a channel: the contract's facts as a frozen table, messages named by the
// value of their discriminator. Generated code prints one a channel; nothing in it is documentation.

import type { DeliveryWord } from '../channel-types.ts';
import type { Validator } from '../validation/index.ts';

/** RFC 6901 pointer from the root of a message. */
export type Pointer = string;

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

/** The part of JSON Schema that parameters use: scalars with bounds, patterns and enumerations. */
export type ParameterSchema = { readonly [keyword: string]: unknown };

export interface ChannelTable {
  readonly name: string;
  /** Path with `{parameter}` places, below `pathname`. */
  readonly address: string;
  /** Base path of the server that carries the channel; `''` where there is none. */
  readonly pathname: string;
  readonly parameters: readonly { readonly name: string; readonly schema: ParameterSchema }[];
  readonly query: readonly { readonly name: string; readonly required: boolean; readonly schema: ParameterSchema }[];
  readonly envelope: {
    readonly discriminator: Pointer | null;
    readonly payload: Pointer | null;
    readonly id: Pointer | null;
    readonly timestamp: Pointer | null;
  };
  readonly error: ErrorTable | null;
  readonly auth: AuthTable | null;
  readonly closeCodes: readonly {
    readonly code: number | 'other';
    readonly name: string;
    readonly when: readonly string[];
  }[];
  readonly heartbeats: readonly HeartbeatTable[];
  readonly room: RoomTable | null;
  readonly resync: ResyncTable | null;
  readonly limits: LimitsTable;
  readonly client: { readonly [type: string]: ClientMessageTable };
  readonly server: { readonly [type: string]: ServerMessageTable };
}

export interface ErrorTable {
  readonly type: string;
  readonly code: Pointer | null;
  readonly text: Pointer | null;
  readonly pointer: Pointer | null;
  readonly id: Pointer | null;
  readonly codes: readonly { readonly code: string; readonly when: ErrorCondition }[];
}

export interface AuthTable {
  /** Query parameter that carries the token; null: the channel takes none. */
  readonly parameter: string | null;
  readonly format: 'jwt' | 'opaque';
  readonly algorithms: readonly string[];
  readonly claims: readonly { readonly name: string; readonly required: boolean }[];
  readonly answers: readonly AuthAnswerTable[];
}

export type AuthAnswerTable =
  | { readonly when: AuthCondition; readonly by: 'status'; readonly statuses: readonly number[] }
  | { readonly when: AuthCondition; readonly by: 'close'; readonly code: number };

export interface HeartbeatTable {
  readonly initiator: 'server' | 'client';
  readonly kind: 'frame' | 'message';
  /** Types of the messages; null with frames. */
  readonly ping: string | null;
  readonly pong: string | null;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly onOpen: boolean;
  readonly satisfiedBy: 'answer' | 'any-message';
  readonly echo: readonly { readonly from: Pointer; readonly to: Pointer }[];
  readonly timeoutCode: number | null;
}

export interface RoomMessageTable {
  readonly type: string;
  /** Where the message names the room; null: the room of the address. */
  readonly room: Pointer | null;
  readonly onlyAddress: boolean;
}

export interface PresenceMessageTable {
  readonly type: string;
  readonly match: readonly { readonly pointer: Pointer; readonly value: unknown }[];
}

export interface RoomTable {
  /** `channel`: everyone connected is in one room. */
  readonly scope: 'room' | 'channel';
  readonly parameter: string | null;
  readonly joinOnOpen: boolean;
  readonly join: RoomMessageTable | null;
  readonly leave: RoomMessageTable | null;
  readonly selector: Pointer | null;
  readonly presence: {
    readonly joined: PresenceMessageTable;
    readonly left: PresenceMessageTable;
    readonly per: 'user' | 'connection';
    readonly user: Pointer | null;
  } | null;
  readonly life: 'kept' | 'while-joined';
}

export interface ResyncTable {
  readonly scope: 'room' | 'channel' | 'user';
  readonly sequence: Pointer;
  readonly timestamp: Pointer | null;
  /** Types of the sequenced messages. */
  readonly messages: readonly string[];
  readonly request: {
    readonly type: string;
    readonly lastSequence: Pointer | null;
    readonly lastTimestamp: Pointer | null;
    readonly joins: boolean;
  };
  /** How many messages of a stream are kept. */
  readonly history: number;
  readonly snapshot: { readonly type: string; readonly sequence: Pointer } | null;
}

export interface LimitsTable {
  readonly message: { readonly bytes: number; readonly code: number } | null;
  readonly binary: { readonly code: number } | null;
  readonly encoding: { readonly code: number } | null;
  readonly rate: {
    readonly perSecond: number;
    readonly burst: number;
    readonly strikes: number;
    readonly code: number;
  } | null;
  readonly backlog: { readonly bytes: number; readonly code: number } | null;
  readonly shutdown: { readonly code: number; readonly withinMs: number } | null;
  /** Whether permessage-deflate may be negotiated. @default false */
  readonly compression?: boolean;
}

export type RequirementTable =
  | { readonly condition: 'membership'; readonly error: ErrorCondition }
  | { readonly condition: 'role'; readonly role: string; readonly error: ErrorCondition };

export interface ClientMessageTable {
  /** Key in the document. */
  readonly key: string;
  readonly requires: readonly RequirementTable[];
  readonly reply: {
    readonly types: readonly string[];
    readonly correlation: { readonly request: Pointer; readonly reply: Pointer } | null;
  } | null;
  readonly idempotent: {
    readonly property: Pointer;
    readonly scope: readonly ('user' | 'room' | 'connection')[];
    readonly windowMs: number;
    /** Type of the message that answers a repeat. */
    readonly answer: string;
    readonly conflict: ErrorCondition;
  } | null;
}

export interface ServerMessageTable {
  readonly key: string;
  readonly delivery: DeliveryWord;
  /** The least message of this type: the discriminator and what the schema requires, from the first example. */
  readonly template: unknown;
  /** Places of numbers that a field is written to and the template does not have. */
  readonly numbers?: readonly Pointer[];
  /** What the server writes when joining or leaving a room causes it. */
  readonly onJoin?: readonly FieldTable[];
  readonly onLeave?: readonly FieldTable[];
}

/** What the runtime writes into a message that it makes by itself (presence). */
export interface FieldTable {
  readonly target: Pointer;
  readonly source:
    | { readonly from: 'message'; readonly pointer: Pointer }
    | { readonly from: 'user-id' | 'user-name' | 'room' | 'now' | 'new-id' }
    | { readonly from: 'value'; readonly value: unknown };
}

export interface ChannelValidators {
  readonly client: { readonly [type: string]: Validator<unknown> };
  readonly server: { readonly [type: string]: Validator<unknown> };
}

/** A channel as the runtime takes it. */
export interface ChannelContract {
  readonly table: ChannelTable;
  readonly validators: ChannelValidators;
}
