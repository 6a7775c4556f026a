// Which of a channel's messages a case may send for its own ends: none that joins, beats, asks for a replay or waits for a reply.
import type { Channel, ClientMessage } from '../../scripts/model.ts';
import { valueAt } from '../harness/pointer.ts';

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

/** A message with a text that the server copies, so that it can be told from others; null where there is none. */
export function textMessage(channel: Channel): ClientMessage | null {
  const copied = (key: string) =>
    channel.serverMessages.some(({ triggers }) =>
      triggers.some(
        (trigger) =>
          trigger.on === 'message' &&
          trigger.message === key &&
          trigger.fields.some(({ source }) => source.from === 'message' && isText(channel, key, source.pointer)),
      ),
    );
  const texts = channel.clientMessages.filter((message) => isPlain(channel, message) && copied(message.key));
  return texts.find(({ idempotent }) => idempotent === null) ?? texts[0] ?? null;
}

function isText(channel: Channel, key: string, pointer: string): boolean {
  const message = channel.clientMessages.find((one) => one.key === key);
  return message?.examples.some(({ payload }) => typeof valueAt(payload, pointer) === 'string') ?? false;
}
