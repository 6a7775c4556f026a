// What a written message waits for, and which inbound message settles it.
import { type Message, read } from './message.ts';
import type { Entry } from './state.ts';
import type { Path } from './table.ts';
import { compose, fail, rowOf, type Turn } from './turn.ts';

/** Writes a message and settles it, or keeps it until its answer. */
export function transmit(turn: Turn, entry: Entry): void {
  const { draft, effects, table, now } = turn;
  const { type, message } = entry;
  const { reply, idempotent, timeoutMs } = rowOf(turn, type);
  const { ping, room } = table;
  effects.push({ kind: 'write', text: entry.text, epoch: draft.epoch });
  if (type === ping?.type) {
    draft.pingAt = now + ping.intervalMs;
    draft.deadAt = Math.min(draft.deadAt, now + ping.timeoutMs);
  }
  const isJoin = type === room?.join?.type;
  const place = read(message, isJoin ? room?.join?.room : type === room?.leave?.type ? room?.leave?.room : undefined);
  if (place !== undefined && place !== turn.config.room) {
    const { [String(place)]: _, ...others } = draft.rooms;
    draft.rooms = isJoin
      ? { ...others, [String(place)]: { fields: entry.fields, id: read(message, table.id) } }
      : others;
  }
  if (entry.key && (entry.request || idempotent)) draft.waiting = [...draft.waiting, entry];
  else {
    if (entry.key) effects.push({ kind: 'settle', key: entry.key, message: undefined });
    // Where replies come in order, those that nobody waits for take their turn too.
    if (entry.end || (reply && !reply.request))
      draft.waiting = [...draft.waiting, { ...entry, key: 0, expiresAt: now + (timeoutMs ?? 10000) }];
  }
}

/** Writes a message of the client's own: a ping, a join, a resync. */
export const post = (turn: Turn, type: string, fields: Message, end = false): void =>
  transmit(turn, compose(turn, type, fields, { end }));

/** Settles the one entry that an inbound message answers, and returns it. */
export function settle(turn: Turn, type: string, message: Message): Entry | undefined {
  const { draft, effects, table } = turn;
  const matches = (entry: Entry, own: Path | undefined, theirs: Path | undefined) => {
    const id = read(entry.message, own);
    return id !== undefined && id === read(message, theirs);
  };
  const isError = type === table.error?.type && table.error?.id;
  if (isError) {
    const id = read(message, isError);
    for (const room in draft.rooms)
      if (id !== undefined && draft.rooms[room]?.id === id) {
        const { [room]: _, ...others } = draft.rooms;
        draft.rooms = others;
      }
  }
  const answered = draft.waiting.find((entry) => {
    const { reply, idempotent } = rowOf(turn, entry.type);
    return (
      (isError && matches(entry, table.id, isError)) ||
      (idempotent && type === idempotent.answer && matches(entry, idempotent.property, table.id)) ||
      (idempotent && type === idempotent.echo?.type && matches(entry, idempotent.property, idempotent.echo.property)) ||
      (reply?.types.includes(type) && (!reply.request || matches(entry, reply.request, reply.reply)))
    );
  });
  if (!answered) return undefined;
  draft.waiting = draft.waiting.filter((entry) => entry !== answered);
  if (isError) fail(turn, answered, 'rejected', message);
  else if (answered.key) effects.push({ kind: 'settle', key: answered.key, message });
  return answered;
}
