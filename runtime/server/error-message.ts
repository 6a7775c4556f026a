// Builds the contract's error message from a refusal.

import { readAt, writeAt } from './pointer.ts';
import type { RefusalError } from './refusal.ts';
import type { ChannelContract, ErrorCondition, ErrorTable } from './table.ts';

const codeOf = (error: ErrorTable, condition: ErrorCondition): string =>
  // A code that the contract does not have is one that no client knows.
  [condition, 'internal', 'invalid']
    .map((when) => error.codes.find((row) => row.when === when)?.code)
    .find((code) => code !== undefined) ?? condition.replaceAll('-', '_');

const text = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';

/** The message, or null where the channel reports no errors. `cause` is what was received, parsed; undefined: nothing
 * that could be read. An id that the error message cannot carry is left out. */
export const errorMessage = (contract: ChannelContract, refusal: RefusalError, cause: unknown): unknown => {
  const { error, envelope, server } = contract.table;
  if (!error) return null;
  let message: unknown = server[error.type]?.template ?? {};
  if (error.code !== null) message = writeAt(message, error.code, codeOf(error, refusal.condition));
  if (error.text !== null) message = writeAt(message, error.text, refusal.message);
  if (error.pointer !== null && refusal.pointer !== null) message = writeAt(message, error.pointer, refusal.pointer);
  const id = envelope.id === null ? undefined : readAt(cause, envelope.id);
  if (error.id === null || !text(id)) return message;
  const withId = writeAt(message, error.id, id);
  return contract.validators.server[error.type]?.(withId).issues ? message : withId;
};
