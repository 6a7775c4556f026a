// How handlers say no: a contract error with words of their own, told apart from every other exception.

import type { ErrorCondition } from './table.ts';

/** A message or request that the contract lets the server reject. The text is sent to the client as it is. */
export class RefusalError extends Error {
  readonly condition: ErrorCondition;
  /** RFC 6901 pointer to the place that caused it; null: none. */
  readonly pointer: string | null;

  constructor(condition: ErrorCondition, text: string, pointer: string | null = null) {
    super(text);
    this.name = 'RefusalError';
    this.condition = condition;
    this.pointer = pointer;
  }
}

/** Makes the error by which a handler refuses: `throw refuse('not-found', 'No such message.')`. */
export const refuse = (condition: ErrorCondition, text: string, pointer?: string): RefusalError =>
  new RefusalError(condition, text, pointer ?? null);

/** Thrown by an engine whose storage was lost in the midst of an `append`: what became of the message is not known, so neither an
 * answer nor a refusal can be right. The connection ends instead; its client sends again, by an id that tells. */
export class OutcomeUnknownError extends Error {
  constructor(cause: unknown) {
    super('The storage was lost while it took a message; whether it has it is not known.', { cause });
    this.name = 'OutcomeUnknownError';
  }
}

// Two copies of this package may be loaded, so the name counts and not the class.
export const isOutcomeUnknown = (error: unknown): boolean =>
  error instanceof Error && error.name === 'OutcomeUnknownError';

export const isRefusal = (error: unknown): error is RefusalError =>
  error instanceof Error && error.name === 'RefusalError' && 'condition' in error;
