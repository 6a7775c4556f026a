// What the end of a connection means for the next attempt: the code's row alone decides, never the reason text.
import type { ClientAction, ClientTable } from './table.ts';

/** Null: the client itself gave the attempt up, without a code. */
export const verdict = (table: ClientTable, code: number | null): ClientAction =>
  (code !== null && (table.codes[code] ?? table.codes.other)) || 'retry';
