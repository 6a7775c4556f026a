// When a message is written, held back or refused, and which ones a full queue lets go.
import { compose, rowOf } from './compose.ts';
import type { Message } from './message.ts';
import { act, type Entry, type FailureCode, plan, type Turn } from './state.ts';
import { transmit } from './transmit.ts';

/** Bytes in the socket beyond which further messages wait: enough to keep a fast line busy between two looks. */
const highWaterBytes = 262144;
const drainIntervalMs = 50;

export function send(
  t: Turn,
  key: number,
  type: string,
  fields: Message,
  request: boolean,
  timeoutMs: number | undefined,
  buffered: number,
): void {
  const { messages, bytes = Infinity, maxAgeMs, onlyReady, rejectNewest } = t.rules.queue;
  const { unqueued, timeoutMs: life, waits } = rowOf(t, type);
  const entry = compose(t, type, fields, {
    key,
    request,
    expiresAt: t.now + (request ? (timeoutMs ?? life!) : maxAgeMs),
  });
  let code: FailureCode | undefined;
  if (entry.bytes > t.rules.maxBytes) code = 'too-large';
  else if (/^clos/.test(t.name)) code = 'closed';
  else if (!t.ready && (unqueued || onlyReady || (request && !waits))) code = 'not-ready';
  if (code) act(t, 'fail', entry, code);
  else if (unqueued) transmit(t, entry);
  else {
    t.queue = [...t.queue, entry];
    if (t.ready) flush(t, buffered);
    while (t.queue.length > messages || t.queue.reduce((sum, queued) => sum + queued.bytes, 0) > bytes) {
      const dropped = t.queue.at(rejectNewest ? -1 : 0);
      lose(t, (queued) => queued === dropped, 'overflow');
    }
  }
}

/** Writes what waits, in order, as far as the socket keeps up. What is too old was let go before. */
export function flush(t: Turn, buffered: number): void {
  t.queue = t.queue.filter((entry) => {
    if (buffered >= highWaterBytes) return true;
    transmit(t, entry);
    buffered += entry.bytes;
    return false;
  });
  // A look that is planned is not put off by what is sent meanwhile.
  if (t.queue.length && !t.due.drain) plan(t, 'drain', drainIntervalMs);
}

/** Lets go of every entry for which `isLost` is true. Without a code, its time is over. */
export function lose(t: Turn, isLost: (entry: Entry) => unknown, code?: FailureCode): void {
  const keep = (entry: Entry) =>
    !isLost(entry) || !act(t, 'fail', entry, code ?? (entry.request ? 'timeout' : 'expired'));
  t.queue = t.queue.filter(keep);
  t.waiting = t.waiting.filter(keep);
}
