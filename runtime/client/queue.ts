// When a message is written, held back or refused, and which ones a full queue lets go.
import { transmit } from './requests.ts';
import type { ClientEvent, Entry } from './state.ts';
import { compose, fail, rowOf, type Turn } from './turn.ts';

/** Bytes in the socket beyond which further messages wait: enough to keep a fast line busy between two looks. */
const highWaterBytes = 262144;
const drainIntervalMs = 50;
/** Bounds of what waits for a slow socket where the contract has no queue. */
const unqueued = { messages: 100, maxAgeMs: 60000 };

export function send(turn: Turn, event: ClientEvent & { kind: 'send' }): void {
  const { draft, table, now } = turn;
  const { key, type, request } = event;
  const row = rowOf(turn, type);
  const limits: NonNullable<typeof table.queue> = table.queue ?? unqueued;
  const life = request
    ? (event.timeoutMs ?? row.timeoutMs ?? 10000)
    : Math.min(limits.maxAgeMs, row.idempotent?.windowMs ?? Infinity);
  const entry = compose(turn, type, event.fields, { key, request, expiresAt: now + life });
  if (entry.bytes > (table.maxBytes ?? Infinity)) fail(turn, entry, 'too-large');
  else if (draft.name === 'closing' || draft.name === 'closed') fail(turn, entry, 'closed');
  else if (!draft.ready && (row.unqueued || !table.queue || (request && !row.waits))) fail(turn, entry, 'not-ready');
  else if (draft.ready && (row.unqueued || (!draft.queue.length && event.buffered < highWaterBytes)))
    transmit(turn, entry);
  else {
    const queue = [...draft.queue, entry];
    let bytes = queue.reduce((sum, queued) => sum + queued.bytes, 0);
    while (queue.length > limits.messages || bytes > (limits.bytes ?? Infinity)) {
      const dropped = (limits.rejectNewest ? queue.pop() : queue.shift())!;
      bytes -= dropped.bytes;
      fail(turn, dropped, 'overflow');
    }
    draft.queue = queue;
    if (draft.ready) draft.drainAt = Math.min(draft.drainAt, now + drainIntervalMs);
  }
}

/** Writes what waits, in order, as far as the socket keeps up. */
export function flush(turn: Turn, buffered: number): void {
  const { draft, now } = turn;
  const queue = [...draft.queue];
  let space = highWaterBytes - buffered;
  while (queue.length && space > 0) {
    const entry = queue.shift()!;
    if (entry.expiresAt <= now) fail(turn, entry, 'expired');
    else {
      transmit(turn, entry);
      space -= entry.bytes;
    }
  }
  draft.queue = queue;
  draft.drainAt = queue.length ? now + drainIntervalMs : Infinity;
}

/** Lets go of every entry for which `isKept` is false. */
export function sift(turn: Turn, isKept: (entry: Entry) => boolean, release: (entry: Entry) => unknown): void {
  for (const list of ['queue', 'waiting'] as const)
    if (turn.draft[list].length)
      turn.draft[list] = turn.draft[list].filter((entry) => isKept(entry) || void release(entry));
}
