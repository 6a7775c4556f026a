// In which order sequenced messages reach the application: each once, ascending, a hole only as a gap event.

import { stamped } from './heartbeat.ts';
import { type Message, put, read } from './message.ts';
import { post } from './requests.ts';
import { emit, type Turn } from './turn.ts';

/** Delivers an inbound message, or holds it back until its turn. */
export function deliver(turn: Turn, type: string, message: Message): void {
  const { draft } = turn;
  const row = turn.table.resync;
  const number = row?.types.includes(type) ? read(message, row.sequence) : undefined;
  if (row && type === row.snapshot?.type) snapshot(turn, message, Number(read(message, row.snapshot.sequence)));
  else if (typeof number !== 'number') emit(turn, type, message);
  else if (draft.sync === 'joining' || draft.position === null || number > draft.position) {
    draft.held = new Map(draft.held).set(number, { type, message });
    drain(turn);
  }
}

function snapshot(turn: Turn, message: Message, number: number): void {
  const { draft, table } = turn;
  if (draft.sync === 'joining' && draft.position !== null && number >= draft.position) {
    askReplay(turn);
  } else {
    // The first one, a reset, or a room that began anew.
    draft.position = number;
    if (draft.sync === 'joining') draft.sync = 'live';
    emit(turn, table.resync!.snapshot!.type, message);
  }
  drain(turn);
}

/** What a connection begins with: holding back until the snapshot or, without one, asking for what was missed. */
export function beginSync(turn: Turn): void {
  if (turn.table.resync?.snapshot) return;
  turn.draft.sync = 'live';
  if (turn.table.resync && turn.draft.position !== null) askReplay(turn);
}

/** Asks for everything after the position. */
export function askReplay(turn: Turn): void {
  const { draft, table, now } = turn;
  const { request, replay, end, gapTimeoutMs } = table.resync!;
  draft.sync = 'replaying';
  draft.gapAt = end ? Infinity : now + gapTimeoutMs;
  replay.forEach((type, index) => {
    let fields: Message = stamped(turn, type);
    if (type === request.type)
      fields = request.lastSequence
        ? put(fields, request.lastSequence, draft.position)
        : put(fields, request.lastTimestamp!, draft.time);
    post(turn, type, fields, !!end && index === replay.length - 1);
  });
}

/** Nothing more will fill the holes: each is told, and skipped. */
export function endReplay(turn: Turn): void {
  turn.draft.sync = 'live';
  turn.draft.gapAt = Infinity;
  while (turn.draft.held.size) skip(turn);
}

function skip(turn: Turn): void {
  const { draft } = turn;
  const first = Math.min(...draft.held.keys());
  if (first > draft.position! + 1)
    turn.effects.push({ kind: 'report', report: { kind: 'gap', from: draft.position! + 1, to: first - 1 } });
  draft.position = first - 1;
  drain(turn);
}

function drain(turn: Turn): void {
  const { draft, now } = turn;
  const { holdback, gapTimeoutMs, timestamp } = turn.table.resync!;
  const held = new Map(draft.held);
  const before = draft.position;
  draft.held = held;
  if (draft.sync === 'joining') {
    // What falls out here is found missing after the snapshot, and asked for.
    if (held.size > holdback) held.delete(Math.min(...held.keys()));
    return;
  }
  if (draft.position === null && held.size) draft.position = Math.min(...held.keys()) - 1;
  for (const number of held.keys()) if (number <= draft.position!) held.delete(number);
  for (let next = held.get(draft.position! + 1); next; next = held.get(draft.position! + 1)) {
    held.delete(++draft.position!);
    draft.time = read(next.message, timestamp) ?? draft.time;
    emit(turn, next.type, next.message);
  }
  if (held.size > holdback) skip(turn);
  else if (draft.sync === 'live') {
    const isSame = draft.position === before && draft.gapAt < Infinity;
    draft.gapAt = held.size ? (isSame ? draft.gapAt : now + gapTimeoutMs) : Infinity;
  }
}
