// Whether the other side is alive: what is sent to find out, what counts as life, and when a connection is given up.
import { type Message, put, read } from './message.ts';
import { post } from './requests.ts';
import type { Turn } from './turn.ts';

/** The fields of a ping: the time of sending where the contract has it echoed. */
export function stamped({ table: { ping }, now }: Turn, type: string): Message {
  let fields: Message = {};
  if (type === ping?.type)
    for (const path of ping.stamps ?? []) fields = put(fields, path, ping.stampText ? String(now) : now);
  return fields;
}

export const sendPing = (turn: Turn): void => post(turn, turn.table.ping!.type, stamped(turn, turn.table.ping!.type));

export function beginHeartbeat(turn: Turn): void {
  const { ping } = turn.table;
  awaitPing(turn);
  if (ping?.onOpen) sendPing(turn);
  else if (ping) turn.draft.pingAt = turn.now + ping.intervalMs;
}

/** The next sign of life is due when the server's next ping is. */
function awaitPing({ draft, table: { pong }, now }: Turn): void {
  draft.deadAt = pong ? now + pong.intervalMs + pong.timeoutMs : Infinity;
}

/** Any inbound frame is life; where the contract says so, only the answer is. */
export function hear(turn: Turn, type: string | null, message: Message): void {
  const { ping, pong } = turn.table;
  if (!ping?.answerOnly || type === ping.reply) awaitPing(turn);
  if (pong && type === pong.ping) {
    let answer: Message = {};
    for (const [from, to] of pong.echo ?? []) answer = put(answer, to, read(message, from));
    post(turn, pong.type, answer);
  }
}

/** Asks for a sign of life without giving the connection up, whatever is overdue: the page may have slept. */
export function probe(turn: Turn): void {
  const { draft, table, now } = turn;
  if (draft.deadAt <= now) awaitPing(turn);
  if (table.ping) sendPing(turn);
}

/** Whether the deadline passed while this side was awake; a timer that comes late proves nothing about the other side. */
export const isDead = ({ draft, table, now }: Turn): boolean =>
  now - draft.deadAt <= (table.ping ?? table.pong!).timeoutMs / 2;
