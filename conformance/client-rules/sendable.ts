// Which of a channel's messages a case may send for its own ends: none that joins, beats, asks for a replay or waits for a reply.
import type { Channel, ClientMessage } from '../../scripts/model.ts';

function isPlain(channel: Channel, message: ClientMessage): boolean {
  const { room, resync, heartbeats } = channel;
  const special = [
    room?.join?.message,
    room?.leave?.message,
    resync?.request.message,
    ...(resync?.client.afterReconnect ?? []),
    ...heartbeats.flatMap(({ ping, pong }) => [ping, pong]),
  ];
  return message.reply === null && message.request === null && !special.includes(message.key);
}

/** Messages that wait in the queue, where there is one. Those without an idempotent answer come first: they settle when written. */
export function queuedMessages(channel: Channel): readonly ClientMessage[] {
  if (channel.queue === null) return [];
  const queued = channel.clientMessages.filter((message) => isPlain(channel, message) && message.queued);
  return [...queued].sort((left, right) => Number(left.idempotent !== null) - Number(right.idempotent !== null));
}

/** Messages that fail at once while the client is not ready. */
export function unqueuedMessages(channel: Channel): readonly ClientMessage[] {
  return channel.clientMessages.filter(
    (message) => isPlain(channel, message) && (channel.queue === null || !message.queued),
  );
}

/** Any message that can be sent while ready. */
export function plainMessage(channel: Channel): ClientMessage | null {
  const plain = channel.clientMessages.filter((message) => isPlain(channel, message));
  return plain.find(({ idempotent }) => idempotent === null) ?? plain[0] ?? null;
}
