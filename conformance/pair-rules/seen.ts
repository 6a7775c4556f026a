// Readings of a history that several rules share: numbers in order, messages by direction and leg, what a text was part of.
import type { Channel } from '../../scripts/model.ts';
import { classify } from '../harness/schemas.ts';
import type { PairHistory, Watched } from '../pair/history.ts';
import { numberOf } from '../pair/means.ts';
import type { ConnectionRecord, Direction } from '../proxy/index.ts';

/** A server message wherever it was seen. */
export interface Message {
  readonly key: string | null;
  readonly value: unknown;
  readonly at: number;
}

export function serverKey(channel: Channel, value: unknown): string | null {
  return classify(channel, channel.serverMessages, value);
}

/** What the application was given, in order. */
export function given({ channel, told }: PairHistory): readonly Message[] {
  return told.flatMap((event) =>
    event.event === 'message' ? [{ key: serverKey(channel, event.message), value: event.message, at: event.at }] : [],
  );
}

/** The text messages of one leg of a connection, in order. */
export function passed(
  channel: Channel,
  connection: ConnectionRecord,
  direction: Direction,
  leg: 'in' | 'out',
): readonly Message[] {
  const all = direction === 'to-client' ? channel.serverMessages : channel.clientMessages;
  return connection.events
    .filter((event) => event.kind === 'text' && event.direction === direction && event.leg === leg)
    .map(({ text, at }) => {
      const value = parsed(text);
      return { key: classify(channel, all, value), value, at };
    });
}

/** Whether the connection was still whole when the history ended. */
export function isAlive(history: PairHistory, connection: ConnectionRecord): boolean {
  return (
    history.isComplete &&
    connection === history.connections.at(-1) &&
    connection.endedAt === null &&
    connection.endedBy === null &&
    !connection.isHalfOpen
  );
}

export function numbered(channel: Channel, messages: readonly (Message | Watched)[]): ReadonlyMap<number, unknown> {
  const found = new Map<number, unknown>();
  for (const { key, value } of messages) {
    const number = numberOf(channel, key, value);
    if (number !== null && !found.has(number)) found.set(number, value);
  }
  return found;
}

/** Messages that everyone in the room gets alike, and that have no number. */
export function isPlainBroadcast(channel: Channel, key: string | null): boolean {
  const message = channel.serverMessages.find((one) => one.key === key);
  const to = message?.delivery?.to;
  return (to === 'room' || to === 'everyone') && !channel.resync?.messages.includes(key ?? '');
}

/** How many of the peer's messages carry the marker, among those that the message causes. */
export function effects({ channel, watched }: PairHistory, message: string, marker: string): number {
  const keys = channel.serverMessages
    .filter(({ triggers }) => triggers.some((one) => one.on === 'message' && one.message === message))
    .map(({ key }) => key);
  return watched.filter(({ key, text }) => keys.includes(key ?? '') && text.includes(JSON.stringify(marker))).length;
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
