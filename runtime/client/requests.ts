// What a written message waits for, and which inbound message settles it.
import { compose, rowOf } from './compose.ts';
import { type Message, read } from './message.ts';
import { type Entry, plan, type Turn } from './state.ts';
import type { AnswerRow } from './table.ts';

/** Writes a message, and settles it or keeps it until its answer. */
export function transmit(t: Turn, entry: Entry): void {
  const { key, type, message, text, request } = entry;
  const { answers, idempotent, timeoutMs = 0, join, leave } = rowOf(t, type);
  const { ping, ownRoom } = t.rules;
  t.effects.push(['write', text, t.epoch]);
  if (type === ping?.type) {
    plan(t, 'ping', ping.intervalMs);
    plan(t, 'dead', Math.min((t.due.dead ?? Infinity) - t.now, ping.timeoutMs));
  }
  const room = read(message, join ?? leave);
  if (room !== undefined && room !== ownRoom) {
    t.rooms = t.rooms.filter((other) => read(other.message, rowOf(t, other.type).join) !== room);
    if (join) t.rooms = [...t.rooms, entry];
  }
  const isAwaited = key && (request || idempotent);
  if (!isAwaited) t.effects.push(['settle', key]);
  // Where answers come in order, those that nobody waits for take their turn too.
  if (isAwaited || entry.end || answers?.some(([, own]) => !own))
    t.waiting = [...t.waiting, isAwaited ? entry : { ...entry, key: 0, expiresAt: t.now + timeoutMs }];
}

/** Writes a message of the client's own: a ping, a join, a resync. */
export const post = (t: Turn, type: string, fields: Message = {}, rest?: Partial<Entry>): void =>
  transmit(t, compose(t, type, fields, rest));

/** Settles the one entry that an inbound message answers, and returns it. */
export function settle(t: Turn, type: string, message: Message): Entry | undefined {
  const { id, error } = t.rules;
  const isError = type === error?.type;
  const answers = (entry: Entry, rows: readonly AnswerRow[] | undefined) =>
    rows?.some(([name, own, theirs]) => {
      const value = read(entry.message, own);
      return name === type && (!own || (value !== undefined && value === read(message, theirs)));
    });
  const failure: AnswerRow[] | undefined = error?.id && id && [[error.type, id, error.id]];
  const answered = t.waiting.find((entry) => answers(entry, isError ? failure : rowOf(t, entry.type).answers));
  if (isError) t.rooms = t.rooms.filter((entry) => !answers(entry, failure));
  if (answered) {
    t.waiting = t.waiting.filter((entry) => entry !== answered);
    t.effects.push(isError ? ['fail', answered, 'rejected', message] : ['settle', answered.key, message]);
  }
  return answered;
}
