// The error with which a send or a request settles.
import type { FailureCode } from './state.ts';

const sentences: { readonly [C in FailureCode]: string } = {
  'not-ready': 'the client is not ready; await ready(), or subscribe to its state',
  overflow: 'the queue is full',
  expired: 'it was not sent, or not confirmed, within its time',
  timeout: 'no answer came in time',
  disconnected: 'the connection was lost before it was answered',
  closed: 'the client is closed; connect() opens it again',
  'too-large': 'it is larger than the contract allows',
  rejected: 'the server answered with an error',
  aborted: 'it was aborted',
};

/** Tell failures apart by `code`; `instanceof` fails where two copies of the package are loaded. */
export class ClientError extends Error {
  readonly code: FailureCode;
  /** The server's error message, where `code` is `rejected`. */
  readonly reply: unknown;

  constructor(type: string, code: FailureCode, reply?: unknown) {
    super(`${type}: ${sentences[code]}.`);
    this.name = 'ClientError';
    this.code = code;
    this.reply = reply;
  }
}
