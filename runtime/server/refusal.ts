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

/** Two copies of this package may be loaded, so the name counts and not the class. */
export const isRefusal = (error: unknown): error is RefusalError =>
  error instanceof Error && error.name === 'RefusalError' && 'condition' in error;
