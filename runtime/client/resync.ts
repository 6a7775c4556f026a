// In which order sequenced messages reach the application: each once, ascending, a hole only as a gap event. A part: only
// channels with sequenced messages load it.
import { type Message, put, read } from './message.ts';
import { act, type Order, type Ordering, plan, type Turn } from './state.ts';
import { post } from './transmit.ts';

/** Replays in a row that may fail before what is missing is given up: each is waited for twice as long as the one before, at a
 * gap's second for about a minute in all. */
const failures = 6;

const set = (t: Turn, changes: Partial<Order>): Order => (t.order = { ...t.order!, ...changes });

/** Delivers an inbound message, or holds it back until its turn. */
function deliver(t: Turn, type: string, message: Message): void {
  const row = t.rules.resync!;
  const { position, held, sync } = t.order!;
  const isSnapshot = type === row.snapshot?.type;
  const number = (isSnapshot || row.types.includes(type)) && read(message, (isSnapshot ? row.snapshot! : row).sequence);
  const time = read(message, row.timestamp);
  // What comes in its turn, as nearly everything does, needs no holding back.
  if (number === position! + 1 && !isSnapshot && !held.length && sync === 'live') {
    t.order = { position: number as number, time, sync, held };
    act(t, 'emit', type, message);
    return;
  }
  const isEmitted =
    typeof number !== 'number' || (isSnapshot && !(sync === 'joining' && number >= (position ?? Infinity)));
  if (isEmitted) act(t, 'emit', type, message);
  if (typeof number !== 'number') {
    if (type === t.rules.error?.type) set(t, { isDoubted: sync === 'replaying' });
    return;
  }
  if (!isSnapshot) set(t, { held: [...held, { number, type, message }].sort((a, b) => a.number - b.number) });
  // The first one, a reset, or a room that began anew.
  else if (isEmitted)
    set(t, { position: number, time: time ?? t.order!.time, sync: sync === 'joining' ? 'live' : sync });
  else askReplay(t);
  drain(t);
}

/** A connection begins with holding back until the snapshot or, without one, by asking for what was missed. */
function begin(t: Turn): void {
  t.order = { ...t.order, sync: 'joining', held: [] };
  if (t.rules.resync!.snapshot) return;
  set(t, { sync: 'live' });
  if (t.order.position !== undefined) askReplay(t);
}

/** Asks for everything after the position. */
function askReplay(t: Turn): void {
  const { request, replay, end: last, gapTimeoutMs } = t.rules.resync!;
  const { position, time } = set(t, { sync: 'replaying', isDoubted: false });
  // Where nothing ends a replay, or its end does not come, time does.
  plan(t, 'gap', last ? 10 * gapTimeoutMs : gapTimeoutMs);
  const { type: asking, lastSequence, lastTimestamp } = request;
  // Of the time alone the server sends again what has the same; numbers tell what came before.
  const cursor = lastSequence ? put({}, lastSequence, position) : put({}, lastTimestamp!, time);
  for (const type of replay) post(t, type, type === asking ? cursor : {}, { end: type === last });
}

/** Nothing more will fill the holes: each is told, and skipped. Where an error came in place of a replay, as from a server
 * whose storage is gone for a moment, it is asked for again. */
function end(t: Turn): void {
  const { isDoubted, failed = 0 } = t.order!;
  const isOver = !isDoubted || failed >= failures;
  set(t, { sync: 'live', failed: isOver ? 0 : failed + 1 });
  plan(t, 'gap', isOver ? Infinity : t.rules.resync!.gapTimeoutMs * 2 ** failed);
  if (isOver) drain(t, 0);
}

/** Emits what has its turn, and skips holes while more than `limit` messages are held back. */
function drain(t: Turn, limit = t.rules.resync!.holdback): void {
  const row = t.rules.resync!;
  const { sync, ...order } = t.order!;
  const held = [...order.held];
  let { position, time } = order;
  // What falls out here while joining is found missing after the snapshot, and asked for.
  if (sync === 'joining') held.splice(0, held.length - limit);
  else
    for (let first = held[0]; first; first = held[0]) {
      const { number, type, message } = first;
      position ??= number - 1;
      if (number > position + 1) {
        if (held.length <= limit) break;
        act(t, 'report', { kind: 'gap', from: position + 1, to: number - 1 });
      }
      if (number > position) {
        position = number;
        time = read(message, row.timestamp);
        act(t, 'emit', type, message);
      }
      held.shift();
    }
  set(t, { position, time, held });
  if (sync === 'live' && (!held.length || position !== order.position || !t.due.gap))
    plan(t, 'gap', held.length ? row.gapTimeoutMs : Infinity);
}

/** A hole was open for long enough: ask; asked for long enough: give it up. */
const gap = (t: Turn): void => (t.order!.sync === 'live' ? askReplay : end)(t);

export const ordering: Ordering = { begin, deliver, gap, end };
