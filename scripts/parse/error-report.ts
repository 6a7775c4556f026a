// x-ws-error: the message by which a server tells that it refused another, and the codes that it gives.
import type { ErrorCode, ErrorCondition, ErrorReport } from '../model.ts';
import { isObject, needChoice, needText, readFact, readList, readPointer } from './read.ts';
import type { Value } from './value.ts';

export const errorConditions = [
  'malformed',
  'unknown-type',
  'invalid',
  'not-joined',
  'room-mismatch',
  'forbidden',
  'not-found',
  'rate-limited',
  'id-reused',
  'unavailable',
  'internal',
] as const satisfies readonly ErrorCondition[];

export function parseErrorReport(channel: Value): ErrorReport | null {
  const value = channel.field('x-ws-error');
  if (!isObject(value)) return null;
  const message = needText(value, 'message', 'the key of the server message that reports an error');
  if (message === undefined) return null;
  return {
    message,
    code: readPointer(value.field('code')),
    text: readPointer(value.field('text')),
    pointer: readPointer(value.field('pointer')),
    id: readPointer(value.field('id')),
    codes: readList(value.field('codes')).flatMap(parseErrorCode),
    ...readFact(value),
  };
}

function parseErrorCode(row: Value): ErrorCode[] {
  const code = needText(row, 'code', 'the code as it is sent');
  const when = needChoice(row, 'when', errorConditions);
  return code === undefined || when === undefined ? [] : [{ code, when, ...readFact(row) }];
}
