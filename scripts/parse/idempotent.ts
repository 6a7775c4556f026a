// x-ws-idempotent: by what a repeat of a message is recognised, for how long, and how it is answered.
import type { Idempotent } from '../model.ts';
import { errorConditions } from './error-report.ts';
import { traitField } from './operations.ts';
import {
  isObject,
  missing,
  needText,
  readChoice,
  readChoices,
  readFact,
  readList,
  readNumber,
  readPointer,
  readText,
} from './read.ts';
import type { Value } from './value.ts';

export function parseIdempotent(operation: Value): Idempotent | null {
  const value = traitField(operation, 'x-ws-idempotent').resolve();
  if (!isObject(value)) return null;
  const property = readPointer(value.field('property'));
  if (!value.field('property').exists) missing(value, 'property', 'where the id of the message sits');
  const answer = needText(value, 'answer', 'the key of the server message that answers a repeat');
  if (property === null || answer === undefined) return null;
  const scope = readChoices(value.field('scope'), ['user', 'room', 'connection']);
  const echo = value.field('echo');
  const message = readText(echo.field('message'));
  const echoed = readPointer(echo.field('property'));
  return {
    property,
    scope: scope.length > 0 ? scope : ['user'],
    windowMs: readNumber(value.field('windowMs')) ?? 600_000,
    answer,
    carries: readList(value.field('carries')).flatMap((row) => {
      const from = readPointer(row.field('from'));
      const to = readPointer(row.field('to'));
      return from === null || to === null ? [] : [{ from, to }];
    }),
    echo: message === undefined || echoed === null ? null : { message, property: echoed },
    conflict: readChoice(value.field('conflict'), errorConditions) ?? 'id-reused',
    ...readFact(value),
  };
}
