// One call of the reducer while it runs: a draft of the next state, and the effects so far.
import { byteLength, type Message, put, read } from './message.ts';
import type { Effect, Entry, FailureCode, State } from './state.ts';
import type { ClientTable } from './table.ts';

export interface Turn {
  /** A copy of the state: its fields are replaced, what they hold is never changed in place. */
  readonly draft: { -readonly [K in keyof State]: State[K] };
  readonly effects: Effect[];
  readonly now: number;
  readonly random: () => number;
  readonly table: ClientTable;
  readonly config: ReducerConfig;
}

export interface ReducerConfig {
  /** The room of the address. */
  readonly room?: string | undefined;
  /** No attempts while the page is hidden. */
  readonly pauseWhenHidden?: boolean | undefined;
}

export const rowOf = (turn: Turn, type: string) => turn.table.messages[type] ?? {};

/** Completes fields to a message: discriminator, id, timestamp. */
export function compose(
  turn: Turn,
  type: string,
  fields: Message,
  rest: { key?: number; request?: boolean; expiresAt?: number; end?: boolean } = {},
): Entry {
  const { draft, table, now } = turn;
  let message = table.type ? put(fields, table.type, type) : fields;
  const identify = (path: readonly string[] | undefined) => {
    // Unique in this client by its number, between clients by chance: no secure context is needed.
    if (path && read(message, path) === undefined)
      message = put(message, path, `${now.toString(36)}-${++draft.serial}-${turn.random().toString(36).slice(2)}`);
  };
  identify(table.id);
  identify(rowOf(turn, type).idempotent?.property);
  if (table.timestamp && read(message, table.timestamp) === undefined)
    message = put(message, table.timestamp, new Date(now).toISOString());
  const text = JSON.stringify(message);
  return { key: 0, request: false, expiresAt: Infinity, ...rest, type, fields, message, text, bytes: byteLength(text) };
}

export const fail = (turn: Turn, entry: Entry, code: FailureCode, reply?: Message): unknown =>
  turn.effects.push({ kind: 'fail', entry, code, reply });

export const emit = (turn: Turn, type: string, message: Message): unknown =>
  turn.effects.push({ kind: 'emit', type, message });
