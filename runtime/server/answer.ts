// Gives a reply the id of its request.

import { readAt, writeAt } from './pointer.ts';
import { typeOf } from './publisher.ts';
import type { ChannelTable } from './table.ts';

/** The message with the request's id, where the request has a reply that carries it and the message is one of those. */
export const answerMessage = (
  table: ChannelTable,
  message: unknown,
  request: { readonly type: string; readonly message: unknown } | null,
): unknown => {
  if (!request) return message;
  const row = table.client[request.type];
  const correlation = row?.reply?.correlation;
  const type = typeOf(table, message);
  if (!correlation || !(row.reply?.types.includes(type) || row.idempotent?.answer === type)) return message;
  const id = readAt(request.message, correlation.request);
  return id === undefined ? message : writeAt(message, correlation.reply, id);
};
