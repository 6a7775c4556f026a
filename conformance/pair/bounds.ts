// How long a client may take, by its contract, to be ready once every fault has ended.
import type { Channel } from '../../scripts/model.ts';

/** What the machine may add to it, ms: processes that share two cores with everything else. */
const slackMs = 5000;

/**
 * Noticing a half-open connection, the longest wait that can be under way, one attempt that began before the fault ended, and
 * the time until it counts as ready. `attempts`: those made so far. All but the slack scaled.
 */
export function recoveryWithinMs(channel: Channel, timeScale: number, attempts: number): number {
  const { heartbeats, reconnect, auth } = channel;
  // A ping may just have been answered: silence begins after it, and shows one interval and one timeout later.
  const noticing = Math.max(0, ...heartbeats.map(({ intervalMs, timeoutMs }) => 2 * intervalMs + timeoutMs));
  const ready = Math.max(0, ...(auth?.ready ?? []).map((row) => (row.on === 'open' ? row.afterMs : 0)));
  if (reconnect === null) return (noticing + ready) * timeScale + slackMs;
  const tried = Math.min(attempts, reconnect.attempts ?? attempts);
  const waits = waitBefore(channel, tried) + waitBefore(channel, tried + 1);
  const attempt = reconnect.handshakeTimeoutMs + reconnect.tokenTimeoutMs + reconnect.spreadMs;
  return (noticing + waits + attempt + ready) * timeScale + slackMs;
}

/** How long a send or a request may take to settle, once nothing stands in its way. */
export function settlingWithinMs({ queue, clientMessages }: Channel, timeScale: number): number {
  const requests = clientMessages.map(({ request }) => request?.timeoutMs ?? 0);
  return Math.max(queue?.maxAgeMs ?? 0, ...requests) * timeScale + slackMs;
}

function waitBefore({ reconnect }: Channel, attempt: number): number {
  if (reconnect === null) return 0;
  const { initialMs, multiplier, maxMs } = reconnect;
  return Math.min(maxMs ?? Number.POSITIVE_INFINITY, initialMs * multiplier ** Math.max(0, attempt - 1));
}
