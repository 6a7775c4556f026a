// In which order sequenced messages reach the application: each once, ascending, a hole only as a gap event. A part: only
// channels with sequenced messages load it.
import { type Message, put, read } from './message.ts';
import { act, type Ordering, plan, type Turn } from './state.ts';
import { post } from './transmit.ts';

/** Delivers an inbound message, or holds it back until its turn. */
function deliver(t: Turn, type: string, message: Message): void {
  const row = t.rules.resync;
  const snapshot = type === row?.snapshot?.type && row.snapshot;
  const number = (snapshot || row?.types.includes(type)) && read(message, (snapshot || row)!.sequence);
  const isEmitted =
    typeof number !== 'number' || (snapshot && !(t.sync === 'joining' && number >= (t.position ?? Infinity)));
  // What comes in its turn, as nearly everything does, needs no holding back.
  if (number === t.position! + 1 && !snapshot && !t.held.length && t.sync !== 'joining') {
    t.position = number as number;
    act(t, 'emit', type, message);
    return;
  }
  if (isEmitted) act(t, 'emit', type, message);
  if (typeof number !== 'number') return;
  if (!snapshot) t.held = [...t.held, { number, type, message }].sort((a, b) => a.number - b.number);
  else if (isEmitted) {
    // The first one, a reset, or a room that began anew.
    t.position = number;
    if (t.sync === 'joining') t.sync = 'live';
  } else askReplay(t);
  drain(t);
}

/** A connection begins with holding back until the snapshot or, without one, by asking for what was missed. */
function begin(t: Turn): void {
  const { resync } = t.rules;
  if (resync?.snapshot) return;
  t.sync = 'live';
  if (t.position !== undefined) askReplay(t);
}

/** Asks for everything after the position. */
function askReplay(t: Turn): void {
  const { request, replay, end: last, gapTimeoutMs } = t.rules.resync!;
  t.sync = 'replaying';
  // Where nothing ends a replay, or its end does not come, time does.
  plan(t, 'gap', last ? 10 * gapTimeoutMs : gapTimeoutMs);
  for (const type of replay)
    post(t, type, type === request.type ? put({}, request.lastSequence, t.position) : {}, { end: type === last });
}

/** Nothing more will fill the holes: each is told, and skipped. */
function end(t: Turn): void {
  t.sync = 'live';
  plan(t, 'gap');
  drain(t, 0);
}

/** Emits what has its turn, and skips holes while more than `limit` messages are held back. */
function drain(t: Turn, limit = t.rules.resync!.holdback): void {
  const held = [...t.held];
  const before = t.position;
  // What falls out here while joining is found missing after the snapshot, and asked for.
  if (t.sync === 'joining') held.splice(0, held.length - limit);
  else
    for (let first = held[0]; first; first = held[0]) {
      const { number, type, message } = first;
      t.position ??= number - 1;
      if (number > t.position + 1) {
        if (held.length <= limit) break;
        act(t, 'report', { kind: 'gap', from: t.position + 1, to: number - 1 });
      }
      if (number > t.position) {
        t.position = number;
        act(t, 'emit', type, message);
      }
      held.shift();
    }
  t.held = held;
  if (t.sync === 'live' && (!held.length || t.position !== before || !t.due.gap))
    plan(t, 'gap', held.length ? t.rules.resync!.gapTimeoutMs : Infinity);
}

/** A hole was open for long enough: ask; asked for long enough: give it up. */
const gap = (t: Turn): void => (t.sync === 'live' ? askReplay : end)(t);

export const ordering: Ordering = { begin, deliver, gap, end };
