// x-ws-request: how long a client waits for the reply to a message, and what ends the wait.
import type { Request } from '../model.ts';
import { traitField } from './operations.ts';
import { isObject, readChoices, readFact, readNumber } from './read.ts';
import type { Value } from './value.ts';

const endings = ['error', 'disconnect', 'not-ready'] as const;

export function parseRequest(operation: Value): Request | null {
  const value = traitField(operation, 'x-ws-request').resolve();
  if (!isObject(value)) return null;
  return {
    timeoutMs: readNumber(value.field('timeoutMs')) ?? 5000,
    rejectedBy: value.field('rejectedBy').exists ? readChoices(value.field('rejectedBy'), endings) : endings,
    ...readFact(value),
  };
}
