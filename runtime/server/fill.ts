// Makes a message from its template and the fields that the contract says the server writes.

import { randomUUID } from 'node:crypto';
import { readAt, writeAt } from './pointer.ts';
import type { User } from './seam.ts';
import type { FieldTable } from './table.ts';

export interface FieldValues {
  /** The client message that causes it; undefined where none does. */
  readonly message: unknown;
  readonly user: User;
  readonly room: string | null;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** RFC 3339 in UTC with milliseconds. */
export const timestamp = (now: number): string => new Date(now).toISOString();

const sourceValue = (source: FieldTable['source'], values: FieldValues): unknown => {
  switch (source.from) {
    case 'message':
      return readAt(values.message, source.pointer);
    case 'user-id':
      return values.user.id;
    case 'user-name':
      return values.user.name;
    case 'room':
      return values.room ?? undefined;
    case 'now':
      return timestamp(values.now);
    case 'new-id':
      return randomUUID();
    case 'value':
      return source.value;
  }
};

/** Below this a time is in seconds; in milliseconds it was reached in 1973. */
const FIRST_MILLISECONDS = 1e11;

let ids = 0;

// Ids, rooms and times are text in the runtime; a contract may have them as numbers.
const asNumber = (source: FieldTable['source'], value: unknown, example: unknown, now: number): unknown => {
  if (source.from === 'now') {
    return typeof example === 'number' && example < FIRST_MILLISECONDS ? Math.floor(now / 1000) : now;
  }
  if (source.from === 'new-id') {
    ids += 1;
    return ids;
  }
  const isNumber = typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value));
  return isNumber ? Number(value) : value;
};

/** The template with each field written; a field without a value (an optional one that was not sent) is left out.
 * `numbers`: places of numbers that the template does not have. */
export const fillMessage = (
  template: unknown,
  fields: readonly FieldTable[],
  values: FieldValues,
  numbers: readonly string[] = [],
): unknown => {
  let message = template;
  for (const { target, source } of fields) {
    const value = sourceValue(source, values);
    if (value === undefined) continue;
    const example = readAt(template, target);
    const isNumber = typeof example === 'number' || numbers.includes(target);
    message = writeAt(message, target, isNumber ? asNumber(source, value, example, values.now) : value);
  }
  return message;
};
