// Recognises the repeat of a message within its scope and window, and what counts as the same content.

import { readAt, removeAt } from './pointer.ts';
import type { ChannelTable, ClientMessageTable } from './table.ts';

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
};

/** Content without what may differ between two sendings: the id, the time, and a room that the scope names anyway. */
export const fingerprint = (message: unknown, table: ChannelTable, row: ClientMessageTable): string => {
  const idempotent = row.idempotent!;
  let content = removeAt(message, idempotent.property);
  if (table.envelope.timestamp !== null) content = removeAt(content, table.envelope.timestamp);
  const selector = table.room?.selector;
  if (selector && idempotent.scope.includes('room')) content = removeAt(content, selector);
  return JSON.stringify(sorted(content));
};

/** Key of a message in the engine; null where it carries no id. */
export const claimKey = (
  message: unknown,
  table: ChannelTable,
  row: ClientMessageTable,
  scope: { readonly user: string; readonly room: string | null; readonly connection: string },
): string | null => {
  const idempotent = row.idempotent!;
  const id = readAt(message, idempotent.property);
  if (typeof id !== 'string' && typeof id !== 'number') return null;
  const parts = idempotent.scope.map((word) => scope[word] ?? '');
  return JSON.stringify([table.name, row.key, ...parts, id]);
};
