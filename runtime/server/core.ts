// What handlers are to the runtime, without the types of a channel: `facade.ts` says the same to the compiler.

import type { Member, User } from './seam.ts';

export interface CoreRequest {
  readonly user: User;
  readonly parameters: { readonly [name: string]: unknown };
  readonly query: { readonly [name: string]: unknown };
  /** Room of the address; null where it names none. */
  readonly room: string | null;
}

export interface CoreConnection extends CoreRequest {
  readonly id: string;
  readonly rooms: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
  /** What `authorize` gave. */
  readonly state: unknown;
  send(message: unknown): void;
  close(code: number, reason?: string): void;
}

/** A list of the store that a message is appended to, and how many entries it keeps. */
export interface Kept {
  readonly list: string;
  readonly keep: number;
}

export interface CoreRoom {
  readonly id: string;
  send(message: unknown): Promise<void>;
  sendKept(message: unknown, kept: Kept): Promise<void>;
  others(message: unknown): Promise<void>;
  otherUsers(message: unknown): Promise<void>;
  members(): Promise<readonly Member[]>;
}

export interface CoreContext {
  readonly connection: CoreConnection;
  readonly user: User;
  /** The room that the message is meant for. */
  readonly room: CoreRoom;
  /** Why it is called. */
  readonly by: 'open' | 'message' | 'resync' | 'end';
  /** The client message that is handled; undefined where none is. */
  readonly message: unknown;
  /** Whether the connection was in the room already (of `joined`). */
  readonly again: boolean;
  /** The time of handling, RFC 3339. */
  readonly now: string;
  readonly store: Store;
  toUsers(users: string | readonly string[], message: unknown): Promise<void>;
  everyone(message: unknown): Promise<void>;
  /** Keeps what answers a repeat of this message (of idempotent messages); before a send to the room: stored with it. */
  remember(answer: unknown): void;
}

/** Durable where the engine is: values by key, and lists that only grow. Rejections are `unavailable`. */
export interface Store {
  load(key: string): Promise<unknown>;
  save(key: string, value: unknown): Promise<void>;
  /** Resolves to the entry's number, from 1. */
  append(list: string, value: unknown, keep: number): Promise<number>;
  read(list: string, keep: number): Promise<readonly unknown[]>;
}

export interface CoreHandlers {
  authorize?(request: CoreRequest): unknown;
  opened?(context: CoreContext): unknown;
  enter?(context: CoreContext): unknown;
  joined?(context: CoreContext): unknown;
  left?(context: CoreContext): unknown;
  presence?: {
    joined(member: Member, room: string): unknown;
    left(member: Member, room: string): unknown;
  };
  state?: {
    readonly initial: unknown;
    reduce(state: unknown, message: unknown): unknown;
    snapshot(state: unknown, room: string): unknown;
  };
  readonly on: { readonly [type: string]: ((message: unknown, context: CoreContext) => unknown) | undefined };
}

/** What `authorize` may give. */
export interface CoreAdmission {
  readonly roles?: readonly string[];
  readonly state?: unknown;
}
