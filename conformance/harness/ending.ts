// How a connection ended, or an attempt to open one, and how a sentence says it.
import type { Connection } from './connection.ts';
import { brief } from './pointer.ts';

/** How the connection ended. */
export interface Ending {
  readonly at: number;
  /** `close`: a close frame came (1005: without code); `end`: TCP ended without one; `error`: TCP reset, or bytes that are no WebSocket frame. */
  readonly how: 'close' | 'end' | 'error';
  /** Code in the close frame that came; 1005: none in it; 1006: no close frame. */
  readonly code: number;
  readonly reason: string;
}

/** What came of an attempt to connect. */
export type Attempt =
  | { readonly outcome: 'open'; readonly connection: Connection }
  /** Accepted, then ended by the server; `connection.messages` has what was sent in between. */
  | { readonly outcome: 'closed'; readonly connection: Connection; readonly ending: Ending }
  | { readonly outcome: 'refused'; readonly status: number; readonly body: string; readonly afterMs: number }
  /** No HTTP answer: TCP refused, reset or silent. */
  | { readonly outcome: 'failed'; readonly error: string; readonly afterMs: number };

export function describeEnding(ending: Ending): string {
  if (ending.how === 'close')
    return `closed with ${ending.code}${ending.reason === '' ? '' : ` (${brief(ending.reason)})`}`;
  return ending.how === 'end' ? 'TCP ended without a close frame' : `connection error (${ending.reason})`;
}

export function describeAttempt(attempt: Attempt): string {
  switch (attempt.outcome) {
    case 'open':
      return 'accepted and left open';
    case 'closed':
      return `accepted, ${attempt.connection.describe()}`;
    case 'refused':
      return `refused with HTTP ${attempt.status}`;
    default:
      return `no answer (${attempt.error})`;
  }
}
