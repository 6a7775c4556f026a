// x-ws-reconnect: how long a client waits before it tries again, and when it gives up.
import type { Reconnect } from '../model.ts';
import { isObject, readFact, readNumber } from './read.ts';
import type { Value } from './value.ts';

export function parseReconnect(channel: Value): Reconnect | null {
  const value = channel.field('x-ws-reconnect');
  if (!isObject(value)) return null;
  const number = (key: string) => readNumber(value.field(key));
  return {
    initialMs: number('initialMs') ?? 1000,
    multiplier: number('multiplier') ?? 2,
    maxMs: number('maxMs') ?? null,
    jitter: number('jitter') ?? 0.5,
    spreadMs: number('spreadMs') ?? 5000,
    attempts: number('attempts') ?? null,
    stableMs: number('stableMs') ?? 10_000,
    handshakeTimeoutMs: number('handshakeTimeoutMs') ?? 10_000,
    tokenTimeoutMs: number('tokenTimeoutMs') ?? 10_000,
    offlineRetryMs: number('offlineRetryMs') ?? 30_000,
    ...readFact(value),
  };
}
