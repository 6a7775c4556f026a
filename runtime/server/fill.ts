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

// Ids and rooms are text in the runtime; a contract may have them as numbers.
const like = (value: unknown, example: unknown): unknown =>
  typeof example === 'number' && typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))
    ? Number(value)
    : value;

/** The template with each field written; a field without a value (an optional one that was not sent) is left out. */
export const fillMessage = (template: unknown, fields: readonly FieldTable[], values: FieldValues): unknown => {
  let message = template;
  for (const { target, source } of fields) {
    const value = sourceValue(source, values);
    if (value !== undefined) message = writeAt(message, target, like(value, readAt(template, target)));
  }
  return message;
};
