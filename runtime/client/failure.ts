// The error with which a send or a request settles.
import type { FailureCode } from './state.ts';

/** Tell failures apart by `code` (what each means, and what to do, is said at {@link FailureCode}); `instanceof` fails
 * where two copies of the package are loaded. */
export class ClientError extends Error {
  readonly code: FailureCode;
  /** The server's error message, where `code` is `rejected`. */
  readonly reply: unknown;

  constructor(type: string, code: FailureCode, reply?: unknown) {
    super(`${type} failed: ${code}`);
    this.code = code;
    this.reply = reply;
  }
}
