// What handlers are to the compiler: each message can only be given to a method that delivers it as the contract says.

import type { ChannelTypes, DeliveryWord } from '../channel-types.ts';
import type { CoreHandlers, Kept, Store } from './core.ts';
import type { Member, User } from './seam.ts';
import type { ChannelContract } from './table.ts';

/** What a generated server stub adds to its channel's types. */
export interface ServerTypes extends ChannelTypes {
  /** Pointers to what the runtime itself writes into numbered messages and snapshots; `never`: nothing. */
  readonly added: string;
  /** Types of the client messages that handlers handle: all but heartbeats, joining, leaving and resync. */
  readonly handled: string;
  /** Roles that the contract asks for; `never`: none. */
  readonly roles: string;
}

type Awaitable<T> = T | Promise<T>;

type Rest<P extends string, K extends string> = P extends `/${K}/${infer R}` ? `/${R}` : never;

/** A message without the properties at the pointers. */
export type Without<M, P extends string> = M extends object
  ? {
      [K in keyof M as `/${K & string}` extends P ? never : K]: [Rest<P, K & string>] extends [never]
        ? M[K]
        : Without<M[K], Rest<P, K & string>>;
    }
  : M;

type ServerType<C extends ServerTypes> = keyof C['server'] & string;

/** A server message as handlers give it: of numbered ones the runtime writes number and time. */
export type Outgoing<C extends ServerTypes, T extends ServerType<C>> = {
  [K in T]: K extends C['sequenced'] ? Without<C['server'][K], C['added']> : C['server'][K];
}[T];

type TypesTo<C extends ServerTypes, W extends DeliveryWord> = {
  [T in ServerType<C> & keyof C['delivery']]: W extends C['delivery'][T] ? T : never;
}[ServerType<C> & keyof C['delivery']];

/** The messages that the contract delivers so. */
export type MessageTo<C extends ServerTypes, W extends DeliveryWord> = Outgoing<C, TypesTo<C, W>>;

type ReplyTypes<C extends ServerTypes, T> = T extends keyof C['replies'] ? C['replies'][T] & ServerType<C> : never;

/** What a handler of that client message returns: its reply where the contract has one. */
export type ReplyTo<C extends ServerTypes, T> = [ReplyTypes<C, T>] extends [never]
  ? // biome-ignore lint/suspicious/noConfusingVoidType: a handler without a reply need not return.
    void
  : Outgoing<C, ReplyTypes<C, T>>;

/** A handshake whose token is good. */
export interface HandshakeRequest<C extends ServerTypes> {
  readonly user: User;
  readonly parameters: C['parameters'];
  readonly query: C['query'];
  /** Room of the address; null where it names none. */
  readonly room: string | null;
}

export interface Connection<C extends ServerTypes, State> extends HandshakeRequest<C> {
  readonly id: string;
  readonly rooms: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
  /** What `authorize` gave. */
  readonly state: State;
  /** To this connection alone. */
  send(message: MessageTo<C, 'direct'>): void;
  close(code: number, reason?: string): void;
}

/** A room, seen from the connection whose message is handled. Sends reject with `unavailable`; a handler need not await. */
export interface Room<C extends ServerTypes> {
  readonly id: string;
  /** To every connection in it. */
  send(message: MessageTo<C, 'room'>): Promise<void>;
  /** To every connection in it, and to a list of the store: both, or neither where it rejects. */
  sendKept(message: MessageTo<C, 'room'>, kept: Kept): Promise<void>;
  /** To all but the handled connection. */
  others(message: MessageTo<C, 'others'>): Promise<void>;
  /** To all but the connections of the handled connection's user. */
  otherUsers(message: MessageTo<C, 'other-users'>): Promise<void>;
  /** Who is in it, in the order of joining. */
  members(): Promise<readonly Member[]>;
}

export interface Context<C extends ServerTypes, State> {
  readonly connection: Connection<C, State>;
  readonly user: User;
  /** The room that the message is meant for. */
  readonly room: Room<C>;
  /** The time of handling, RFC 3339. */
  readonly now: string;
  /** What lives as long as the engine keeps it. */
  readonly store: Store;
  /** To every connection of a user, or of each of several. */
  toUsers(users: string | readonly string[], message: MessageTo<C, 'user'>): Promise<void>;
  /** To every connection of the channel. */
  everyone(message: MessageTo<C, 'everyone'>): Promise<void>;
}

export interface MessageContext<C extends ServerTypes, State> extends Context<C, State> {
  /** Keeps what answers a repeat of this message, where the contract makes it idempotent. Called before the message is sent
   * to the room, it is stored together with it. */
  remember(answer: MessageTo<C, 'direct'>): void;
}

export interface RoomContext<C extends ServerTypes, State> extends Context<C, State> {
  /** Why: the connection opened or ended, or a message asked for it. */
  readonly by: 'open' | 'message' | 'resync' | 'end';
  /** Whether it was in the room already (of joining). */
  readonly again: boolean;
}

export interface Admission<C extends ServerTypes, State> {
  readonly roles?: readonly C['roles'][];
  readonly state?: State;
}

type DirectAnswer<C extends ServerTypes> = MessageTo<C, 'direct'> | readonly MessageTo<C, 'direct'>[];
type PresenceMessage<C extends ServerTypes> = MessageTo<C, 'room' | 'others' | 'other-users' | 'everyone'>;

/** The domain of a channel. Every member but `on` may be left out. Refuse with `throw refuse(condition, text)`. */
export interface Handlers<C extends ServerTypes, State = undefined, Folded = unknown> {
  /** Judges resource (`not-found`) and permission (`forbidden`) of a handshake, and gives roles and state. */
  authorize?(request: HandshakeRequest<C>): Awaitable<Admission<C, State> | undefined>;
  /** Called when the connection was accepted, before it joins anything. */
  opened?(context: Context<C, State>): Awaitable<void>;
  /** Judges whether a connection may join, before it does. What it returns is kept with the member. */
  enter?(context: RoomContext<C, State>): Awaitable<unknown>;
  /** Answers a join: sent to the joining connection, before anyone is told. */
  joined?(context: RoomContext<C, State>): Awaitable<DirectAnswer<C> | undefined>;
  /** Answers leaving. */
  left?(context: RoomContext<C, State>): Awaitable<DirectAnswer<C> | undefined>;
  /** Makes the presence messages; left out: made from the contract. The runtime decides when and to whom. */
  readonly presence?: {
    joined(member: Member, room: string): PresenceMessage<C>;
    left(member: Member, room: string): PresenceMessage<C>;
  };
  /** The state that a snapshot shows, as a fold over the numbered messages of a room. */
  readonly state?: {
    readonly initial: Folded;
    reduce(state: Folded, message: C['server'][C['sequenced'] & keyof C['server']]): Folded;
    snapshot(state: Folded, room: string): Without<MessageTo<C, 'direct'>, C['added']>;
  };
  readonly on: {
    readonly [T in C['handled'] & keyof C['client']]: (
      message: C['client'][T],
      context: MessageContext<C, State>,
    ) => Awaitable<ReplyTo<C, T>>;
  };
}

/** A channel with its handlers. `Types` is there for the compiler. */
export interface BoundChannel<Types extends ServerTypes = ServerTypes> {
  readonly contract: ChannelContract;
  readonly handlers: CoreHandlers;
  readonly types?: Types;
}

/** Binds handlers to a contract. Generated stubs call it with the channel's types. */
export const bindChannel = <C extends ServerTypes, State, Folded>(
  contract: ChannelContract,
  handlers: Handlers<C, State, Folded>,
): BoundChannel<C> => ({ contract, handlers: handlers as CoreHandlers });

/** A channel as the server's own code sees it: no connection, so nothing that leaves out a causing one. */
export interface Outside<C extends ServerTypes> {
  room(id: string): {
    send(message: MessageTo<C, 'room'>): Promise<void>;
    /** `createdAt`: when the first joined, milliseconds since the epoch; null: nobody is in it. */
    members(): Promise<{ readonly createdAt: number | null; readonly members: readonly Member[] }>;
  };
  toUsers(users: string | readonly string[], message: MessageTo<C, 'user'>): Promise<void>;
  everyone(message: MessageTo<C, 'everyone'>): Promise<void>;
}
