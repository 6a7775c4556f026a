// What the end of a connection means for the next attempt: the code's row alone decides, never the reason text.
import type { ClientAction, ClientTable } from './table.ts';

/** No code: the client itself gave the attempt up. */
export const verdict = ({ codes }: ClientTable, code: number | undefined): ClientAction =>
  (code && (codes[code] ?? codes.other)) || 'retry';
