// Whether the other side is alive: what is sent to find out, what counts as life, and when a connection is given up. A part:
// only channels with a heartbeat of messages load it.
import { type Message, put, read } from './message.ts';
import { type Beating, plan, type Turn } from './state.ts';
import type { PingRow, PongRow } from './table.ts';
import { post } from './transmit.ts';

/** Longest wait for the answer to a probe, ms: somebody has come back to the page, and looks at it. */
const probeMs = 4000;

const ping = (t: Turn): void => post(t, t.rules.ping!.type);

function begin(t: Turn): void {
  const row = t.rules.ping;
  awaitPing(t);
  if (row?.onOpen) ping(t);
  else if (row) plan(t, 'ping', row.intervalMs);
}

/** The next sign of life is due when the server's next ping is. */
function awaitPing(t: Turn): void {
  const { pong } = t.rules;
  if (pong || t.due.dead) plan(t, 'dead', pong && pong.intervalMs + pong.timeoutMs);
}

/** Any inbound frame is life; where the contract says so, only the answer is. */
function hear(t: Turn, type?: string, message?: Message): void {
  const { ping, pong } = t.rules;
  t.heardAt = t.now;
  if (ping && (!ping.answerOnly || type === ping.reply)) awaitPing(t);
  if (type && type === pong?.ping) {
    let answer: Message = {};
    for (const [from, to] of pong.echo ?? []) answer = put(answer, to, read(message, from));
    post(t, pong.type, answer);
  }
}

/** Asks for a sign of life without giving the connection up, whatever is overdue: the page may have slept. */
function probe(t: Turn): void {
  if ((t.due.dead ?? 0) <= t.now) awaitPing(t);
  if (!t.rules.ping) return;
  ping(t);
  plan(t, 'dead', Math.min(t.due.dead! - t.now, probeMs));
}

/** The next ping is due an interval after the last, whoever sent it, and its answer in time. */
function written(t: Turn, type: string): void {
  const row = t.rules.ping;
  if (type !== row?.type) return;
  plan(t, 'ping', row.intervalMs);
  plan(t, 'dead', Math.min((t.due.dead ?? Infinity) - t.now, row.timeoutMs));
}

/** Whether nothing came in time. The deadline of the server's heartbeat is moved only when it is reached: a frame comes more
 * often than that. */
function missed(t: Turn, lateMs: number): PingRow | PongRow | undefined {
  const { ping: own, pong } = t.rules;
  const row = own ?? pong!;
  const leftMs = pong && t.heardAt ? t.heardAt + pong.intervalMs + pong.timeoutMs - t.now : 0;
  // A timer that comes late proves nothing about the other side: this one may have slept.
  if (leftMs > 0 && !own) plan(t, 'dead', leftMs);
  else if (lateMs > row.timeoutMs / 2) probe(t);
  else return row;
  return undefined;
}

export const beating: Beating = { begin, hear, missed, ping, probe, written };
