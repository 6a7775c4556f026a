// x-ws-queue: what a client holds back until it is ready; on an operation, whether it may be held back at all.
import type { Queue } from '../model.ts';
import { traitField } from './operations.ts';
import { isObject, readChoice, readFact, readFlag, readNumber } from './read.ts';
import type { Value } from './value.ts';

export function parseQueue(channel: Value): Queue | null {
  const value = channel.field('x-ws-queue');
  if (!isObject(value)) return null;
  return {
    messages: readNumber(value.field('messages')) ?? 100,
    bytes: readNumber(value.field('bytes')) ?? null,
    maxAgeMs: readNumber(value.field('maxAgeMs')) ?? 60_000,
    overflow: readChoice(value.field('overflow'), ['drop-oldest', 'reject-newest']) ?? 'drop-oldest',
    ...readFact(value),
  };
}

export function parseQueued(operation: Value): boolean {
  return readFlag(traitField(operation, 'x-ws-queue').resolve().field('queued')) ?? true;
}
