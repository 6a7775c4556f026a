// The kit that a server case is handed: everything a rule author needs to bring connections to a state, do one thing and
// expect one thing. The connections are in harness/connection.ts, the messages in harness/messages.ts.

import type { Channel, ClientMessage, Contract, Room, ServerMessage } from '../scripts/model.ts';
import type { Clock } from './harness/clock.ts';
import type { Attempt, Connection } from './harness/connection.ts';
import type { Expectation, Expected } from './harness/expected.ts';
import type { RoundTripFence } from './harness/fence-choice.ts';
import type { BuildOptions, Built } from './harness/messages.ts';
import type { Mutation } from './harness/mutations.ts';
import type { TokenFault } from './harness/tokens.ts';
import type { User } from './harness/users.ts';
import type { TraceFrame } from './result.ts';
import type { Needs } from './rule.ts';
import type { HookName } from './target/target.ts';

export interface ConnectOptions {
  /** Name in the trace and in messages of failures. @default `connection N` */
  readonly name?: string;
  /** @default the case's first user; null: no token at all */
  readonly user?: User | null;
  /** Sent as the token instead of the user's, as it is; `''` sends the parameter empty. */
  readonly token?: string;
  /** Room of the address. @default the case's first room */
  readonly room?: string;
  /** Path parameters by name, over the room: also values that break the schema. They are percent-encoded. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Query parameters besides the token; a list repeats one. */
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  /** The whole path and query (from the target's base on) instead of the channel's: `/no/such/path`. */
  readonly path?: string;
  /** After the channel's own path: `/extra`. */
  readonly suffix?: string;
  /** The whole query, as it is, instead of the one with the token: `token&&=x`. */
  readonly rawQuery?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the server's heartbeats are answered, ping frames and messages. @default true; may be changed on the connection at any time. */
  readonly autoPong?: boolean;
  /** Sent with the very bytes that end the upgrade request, before it is answered: what must not be processed before acceptance. */
  readonly early?: readonly string[];
}

export interface PartyOptions {
  /** Names of the connections in the order in which they open, each with its user and room. */
  readonly [name: string]: { readonly user: User; readonly room?: string; readonly join?: boolean };
}

export interface Kit {
  readonly contract: Contract;
  readonly channel: Channel;
  readonly clock: Clock;

  /** The users leased for the case (`needs.users`), all different; index 0 is the default of {@link connect}. */
  readonly users: readonly User[];
  /** The rooms leased for the case (`needs.rooms`); empty where the channel has none. */
  readonly rooms: readonly string[];
  /** Whether nobody can have used the rooms before: their names were made up for the case. */
  readonly roomsAreFresh: boolean;
  /** The user with a role that was asked for in `needs.roles`, for the case's first room. */
  withRole(role: string): User;
  /** What `needs.outsider`, `needs.unknownUser`, `needs.forbiddenRoom` and `needs.missingRoom` asked for. Throws NotTestable otherwise. */
  outsider(): User;
  unknownUser(): User;
  forbiddenRoom(): string;
  missingRoom(): string;
  /** Another room whose name differs from it in case only, else begins with it, else any other leased room; null where there is none. */
  lookAlike(room: string): string | null;
  /** All names that a careless server takes for that room: other case, longer, shorter, other punctuation. Of fixed rooms, those leased. */
  lookAlikes(room: string): readonly string[];
  /** A token with a fault for that user. Throws NotTestable where it can neither be made nor is given. */
  faultyToken(fault: TokenFault, user?: User): Promise<string>;
  /** A fresh token of the user with these claims laid over (undefined removes one). Needs `tokens: 'made'`. */
  tokenWith(user: User, claims: Readonly<Record<string, unknown>>): Promise<string>;

  /** Opens a connection that must be accepted; a refusal, or an end within the time a refusal by close takes, is {@link Failed}. Does not join. */
  connect(options?: ConnectOptions): Promise<Connection>;
  /** Tries to open one and says what came of it, without judging: refused with a status, or accepted and closed, or open. */
  attempt(options?: ConnectOptions): Promise<Attempt>;
  /** An HTTP request without upgrade to the same address; the status. */
  plainHttp(options?: ConnectOptions): Promise<number>;
  /** The answer to an upgrade request, then the TCP connection is dropped: for its headers. Null where there was no HTTP answer. */
  upgrade(options?: ConnectOptions): Promise<UpgradeAnswer | null>;

  /** Brings a connection to joined and ready by what the contract says, and waits for the proof. @default room of its address */
  join(connection: Connection, room?: string): Promise<void>;
  /** Leaves by the contract's leave message and waits for its reply, where it has one. Throws NotTestable where there is no leave message. */
  leave(connection: Connection, room?: string): Promise<void>;
  /** {@link connect} and {@link join}. */
  joined(options?: ConnectOptions): Promise<Connection>;
  /** Opens and joins several in order, then {@link quiesce}s: nothing of the joining is left in the inboxes. */
  party(parties: PartyOptions): Promise<Readonly<Record<string, Connection>>>;

  /** After it, whatever was sent to these connections before is in their inboxes: a sentinel goes through the same layer. Fence traffic itself never shows in an inbox. */
  fence(connections: readonly Connection[]): Promise<void>;
  /** {@link fence}, then empties the inboxes. */
  quiesce(connections: readonly Connection[]): Promise<void>;
  /** What {@link roundTrip} asks; null: the contract offers nothing. */
  readonly fenceRequest: RoundTripFence | null;
  /** A request and its direct answer on that connection: proves that it is alive and everything sent on it before was handled. False where the contract offers none (then it waits). */
  roundTrip(connection: Connection): Promise<boolean>;

  /** A valid message: the contract's example with a unique marker in a string that a trigger copies, a fresh id, the room named. */
  message(key: string, options?: BuildOptions): Built;
  /** Invalid variants of {@link message}, each breaking one keyword of the schema at one place. */
  mutations(key: string, options?: BuildOptions): readonly Mutation[];
  /** Builds, sends and returns what was sent. */
  send(connection: Connection, key: string, options?: BuildOptions): Promise<Built>;
  /** What a server message caused by that client message (or by joining, leaving, opening) must look like. */
  expected(serverKey: string, cause: Expected): Expectation;
  /** The direct answer to a sent message: matched by correlation id where there is one, by type and order elsewhere. Throws Failed when an error comes or nothing. */
  reply(connection: Connection, sent: Built): Promise<unknown>;
  /** The error message answering `sent`, as the contract's x-ws-error describes it; null where none came before the fence. */
  errorFor(connection: Connection, sent: Built | null): Promise<ErrorSeen | null>;

  /** Where the message names something that this server made before, and minds; null: it may name anything. */
  referencePlace(key: string): string | null;
  clientMessage(key: string): ClientMessage;
  serverMessage(key: string): ServerMessage;
  /** Checks a server message against its schema: '' or what is wrong with it. */
  schemaIssues(serverKey: string, value: unknown): string;
  /** Whether a built message is valid by its schema. */
  schemaAccepts(built: Built): boolean;
  /** Server messages that a client message causes, by x-ws-trigger. */
  effectsOf(clientKey: string): readonly ServerMessage[];
  /** The channel's room rules; null where it has no rooms. */
  readonly room: Room | null;

  /** Asks the target's own side for something; NotTestable where the target file has no such hook. */
  hook(name: HookName, body: Readonly<Record<string, unknown>>): Promise<unknown>;
  hasHook(name: HookName): boolean;
  /** Through the publish hook: the server's own code sends that message (its example with a unique marker) to a room, users or everyone, as its delivery word says. */
  publish(serverKey: string, to?: PublishTo): Promise<Published>;
  /** Ends the server gracefully (SIGTERM) and, after `whileDown`, starts it again. NotTestable without a start command or restart hook. */
  restart(): Promise<void>;
  /** Asks the server to end (SIGTERM to the process that was started, not to its children) and goes on; it is started again
   * when the case is over. Without a start command the restart hook does it, and the end of the process is not seen. */
  shutdown(): Promise<Shutdown>;
  /** A kit for another channel, for cases of the exclusive lane that concern the whole server. It ends with this one. */
  beside(channel: Channel, needs?: Needs): Promise<Kit>;
  /** Made once in a run for that key, whichever case asks first: an observation that several rules judge. */
  once<T>(key: string, make: () => Promise<T>): Promise<T>;
  /** What the case's connections sent and received so far, without tokens. */
  frames(): readonly TraceFrame[];
  /** How long to wait for something that has to come, ms: grows with the latency measured. */
  readonly patienceMs: number;
}

export interface UpgradeAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Shutdown {
  /** {@link Clock.now} when the server was asked to end. */
  readonly at: number;
  /** Whether the suite sees the process: without, {@link exited} is always null. */
  readonly isProcess: boolean;
  /** {@link Clock.now} when the process had ended; null where it has not within the time. */
  exited(withinMs: number): Promise<number | null>;
}

export interface PublishTo {
  /** @default the case's first room, where the delivery is to a room */
  readonly room?: string;
  /** Ids; where the delivery is to users. */
  readonly users?: readonly string[];
}

export interface Published {
  /** The message as it was asked for; the server may add to it and sets numbers and times itself. */
  readonly value: unknown;
  /** In a string of it; null where it has no free string. */
  readonly marker: string | null;
}

/** What an error message said, read at the contract's pointers; undefined where absent. */
export interface ErrorSeen {
  readonly code: unknown;
  readonly text: unknown;
  readonly pointer: unknown;
  readonly id: unknown;
  readonly value: unknown;
}
