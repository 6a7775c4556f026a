// In which order sequenced messages reach the application: each once, ascending, a hole only as a gap event.
import { type Message, put, read } from './message.ts';
import { post } from './requests.ts';
import { plan, type Turn } from './state.ts';

/** Delivers an inbound message, or holds it back until its turn. */
export function deliver(t: Turn, type: string, message: Message): void {
  const row = t.rules.resync;
  const snapshot = type === row?.snapshot?.type && row.snapshot;
  const number = (snapshot || row?.types.includes(type)) && read(message, (snapshot || row)!.sequence);
  const isEmitted =
    typeof number !== 'number' || (snapshot && !(t.sync === 'joining' && number >= (t.position ?? Infinity)));
  if (isEmitted) t.effects.push(['emit', type, message]);
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
export function beginSync(t: Turn): void {
  const { resync } = t.rules;
  if (resync?.snapshot) return;
  t.sync = 'live';
  if (t.position !== null) askReplay(t);
}

/** Asks for everything after the position. */
export function askReplay(t: Turn): void {
  const { request, replay, end, gapTimeoutMs } = t.rules.resync!;
  t.sync = 'replaying';
  plan(t, 'gap', end ? Infinity : gapTimeoutMs);
  for (const type of replay)
    post(t, type, type === request.type ? put({}, request.lastSequence, t.position) : {}, { end: type === end });
}

/** Nothing more will fill the holes: each is told, and skipped. */
export function endReplay(t: Turn): void {
  t.sync = 'live';
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
        t.effects.push(['report', { kind: 'gap', from: t.position + 1, to: number - 1 }]);
      }
      if (number > t.position) {
        t.position = number;
        t.effects.push(['emit', type, message]);
      }
      held.shift();
    }
  t.held = held;
  if (t.sync === 'live' && (!held.length || t.position !== before || !t.due.gap))
    plan(t, 'gap', held.length ? t.rules.resync!.gapTimeoutMs : Infinity);
}
