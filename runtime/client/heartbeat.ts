// Whether the other side is alive: what is sent to find out, what counts as life, and when a connection is given up.
import { type Message, put, read } from './message.ts';
import { plan, type Turn } from './state.ts';
import { post } from './transmit.ts';

export const sendPing = (t: Turn): void => post(t, t.rules.ping!.type);

export function beginHeartbeat(t: Turn): void {
  const { ping } = t.rules;
  awaitPing(t);
  if (ping?.onOpen) sendPing(t);
  else if (ping) plan(t, 'ping', ping.intervalMs);
}

/** The next sign of life is due when the server's next ping is. */
function awaitPing(t: Turn): void {
  const { pong } = t.rules;
  if (pong || t.due.dead) plan(t, 'dead', pong && pong.intervalMs + pong.timeoutMs);
}

/** Any inbound frame is life; where the contract says so, only the answer is. */
export function hear(t: Turn, type: string | undefined, message: Message | undefined): void {
  const { ping, pong } = t.rules;
  if (!ping?.answerOnly || type === ping.reply) awaitPing(t);
  if (type && type === pong?.ping) {
    let answer: Message = {};
    for (const [from, to] of pong.echo ?? []) answer = put(answer, to, read(message, from));
    post(t, pong.type, answer);
  }
}

/** Asks for a sign of life without giving the connection up, whatever is overdue: the page may have slept. */
export function probe(t: Turn): void {
  if ((t.due.dead ?? 0) <= t.now) awaitPing(t);
  if (t.rules.ping) sendPing(t);
}

/** Whether the deadline passed while this side was awake: a timer that comes late proves nothing about the other side. */
export const isDead = (t: Turn, lateMs: number): boolean => lateMs <= (t.rules.ping ?? t.rules.pong!).timeoutMs / 2;
