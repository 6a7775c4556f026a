// The error with which a send or a request settles.
import type { FailureCode } from './state.ts';

/** What each code means, and what to do, is said at {@link FailureCode}. Told apart by `code`: there is no class, since
 * `instanceof` fails where two copies of the package are loaded. */
export interface ClientError extends Error {
  readonly code: FailureCode;
  /** The server's error message, where `code` is `rejected`. */
  readonly reply: unknown;
}

export const failure = (type: string, code: FailureCode, reply?: unknown): ClientError =>
  Object.assign(new Error(`${type} failed: ${code}`), { code, reply });
