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
  const type = typeOf(table, message);
  const { id: place } = table.envelope;
  // The answer to a repeat is no reply of the contract's operation; it carries the envelope's id.
  const atEnvelope = row?.idempotent?.answer === type && place !== null ? { request: place, reply: place } : null;
  const correlation = row?.reply?.types.includes(type) ? row.reply.correlation : atEnvelope;
  const id = correlation ? readAt(request.message, correlation.request) : undefined;
  return correlation && id !== undefined ? writeAt(message, correlation.reply, id) : message;
};
