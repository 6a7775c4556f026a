// What a written message waits for, which inbound message settles it, and what is sent again on the next connection. A
// part: only channels whose messages are answered, or that join rooms, load it.
import { rowOf } from './compose.ts';
import { type Message, put, read } from './message.ts';
import { type Answering, act, type Entry, type Turn } from './state.ts';
import type { AnswerRow } from './table.ts';
import { post } from './transmit.ts';

/** The room of the address. */
const ownRoom = ({ rules }: Turn): unknown => (rules.options?.parameters as Message | undefined)?.[rules.parameter!];

/** Joins the room of the address, where the contract leaves that to the client. */
function begin(t: Turn): void {
  const { autoJoin } = t.rules;
  if (autoJoin) post(t, autoJoin.type, autoJoin.room && put({}, autoJoin.room, ownRoom(t)));
}

/** Keeps what an answer settles, and notes which rooms are joined. */
function written(t: Turn, entry: Entry): boolean {
  const { key, type, message, request } = entry;
  const { answers, idempotent, timeoutMs = 0, join, leave } = rowOf(t, type);
  const room = read(message, join ?? leave);
  if (room !== undefined && String(room) !== String(ownRoom(t))) {
    t.rooms = (t.rooms ?? []).filter((other) => read(other.message, rowOf(t, other.type).join) !== room);
    if (join) t.rooms = [...t.rooms, entry];
  }
  const isAwaited = !!key && !!(request || idempotent);
  // Where answers come in order, those that nobody waits for take their turn too.
  if (isAwaited || entry.end || answers?.some(([, own]) => !own))
    t.waiting = [...t.waiting, isAwaited ? entry : { ...entry, key: undefined, expiresAt: t.now + timeoutMs }];
  return isAwaited;
}

/** Settles the one entry that an inbound message answers, and returns it. */
function heard(t: Turn, type: string, message: Message): Entry | undefined {
  const { id, error } = t.rules;
  const isError = type === error?.type;
  const answers = (entry: Entry, rows: readonly AnswerRow[] | undefined) =>
    rows?.some(([name, own, theirs]) => {
      const value = read(entry.message, own);
      return name === type && (!own || (value !== undefined && value === read(message, theirs)));
    });
  const failure: AnswerRow[] | undefined = error?.id && id && [[error.type, id, error.id]];
  const answered = t.waiting.find((entry) => {
    const { answers: rows, ignoresErrors } = rowOf(t, entry.type);
    return isError ? answers(entry, failure) && !ignoresErrors : answers(entry, rows);
  });
  if (isError) t.rooms = t.rooms?.filter((entry) => !answers(entry, failure));
  if (answered) {
    t.waiting = t.waiting.filter((entry) => entry !== answered);
    if (isError) act(t, 'fail', answered, 'rejected', message);
    else act(t, 'settle', answered.key, message);
  }
  return answered;
}

/** Rooms first, then what may have been lost with the last connection. */
function resume(t: Turn): void {
  for (const { type, fields } of t.rooms ?? []) post(t, type, fields);
  for (const { type, text } of t.waiting) if (rowOf(t, type).idempotent) act(t, 'write', text, t.epoch);
}

export const answering: Answering = { begin, written, heard, resume };
