// Brings a connection to joined and ready by what the contract says, and waits for the proof that it is.
import type { Channel, ServerMessage } from '../../scripts/model.ts';
import { Failed, lowest, NotTestable } from '../rule.ts';
import type { Connection, Received } from './connection.ts';
import type { Fence } from './fence.ts';
import type { BuildOptions, Built } from './messages.ts';

export interface Joining {
  readonly channel: Channel;
  readonly fence: Fence;
  readonly build: (connection: Connection, key: string, options: BuildOptions) => Built;
  readonly pause: (ms: number) => Promise<void>;
  /** Keys of messages that joining should cause, and that this server was seen not to send. */
  readonly withheld: Set<string>;
}

/** Direct messages that joining causes: by their own trigger, or as the reply to the join message. */
function welcomes(channel: Channel): readonly ServerMessage[] {
  const join = channel.room?.join?.message;
  const request = channel.clientMessages.find((message) => message.key === join);
  return channel.serverMessages
    .filter(
      (message) =>
        message.delivery?.to === 'direct' &&
        message.key !== channel.error?.message &&
        message.triggers.some((trigger) => trigger.on === 'join'),
    )
    .concat(
      channel.serverMessages.filter(
        (message) =>
          message.delivery?.to === 'direct' &&
          !message.triggers.some((trigger) => trigger.on === 'join') &&
          request?.reply?.messages.includes(message.key) === true &&
          message.key !== channel.error?.message,
      ),
    );
}

export async function join(parts: Joining, connection: Connection, room: string | null): Promise<void> {
  const { channel, fence } = parts;
  const rules = channel.room;
  const isAddressRoom = room === null || room === connection.room;
  const onOpen = rules === null || rules.scope === 'channel' || (rules.joinOnOpen && isAddressRoom);
  if (!onOpen) {
    if (rules.join === null) throw new NotTestable('The contract has no message that joins another room.', []);
    const sent = parts.build(connection, rules.join.message, room === null ? {} : { room });
    await connection.send(sent.value);
    await proof(parts, connection, welcomesAfterJoin(channel), `the answer to ${rules.join.message}`);
  } else {
    const byTrigger = welcomes(channel).filter((message) => message.triggers.some((trigger) => trigger.on === 'join'));
    if (byTrigger.length > 0) await proof(parts, connection, byTrigger, 'the message that joining causes');
    else if (!(await fence.roundTrip(connection))) {
      const through = fence.broadcast !== null && (await fence.toSelf(connection, room ?? ''));
      if (!through) await parts.pause(fence.waitMs());
    }
  }
  connection.joinedRooms.add(rules === null || rules.scope === 'channel' ? '' : (room ?? ''));
}

/** One of the reply's messages is enough; each of the triggered ones is waited for. */
function welcomesAfterJoin(channel: Channel): readonly ServerMessage[] {
  const all = welcomes(channel);
  const triggered = all.filter((message) => message.triggers.some((trigger) => trigger.on === 'join'));
  return triggered.length > 0 ? triggered : all.slice(0, 1);
}

/**
 * Waits for all of them. One is proof enough where an answer shows that no other comes: that it is missing is then told by its
 * own rule, and not by every case that joins.
 */
async function proof(
  parts: Joining,
  connection: Connection,
  wanted: readonly ServerMessage[],
  what: string,
): Promise<void> {
  const { channel, fence, withheld } = parts;
  const errorKey = channel.error?.message;
  const missing = new Set(wanted.map((message) => message.key));
  const position = connection.inbox[0]?.index ?? connection.messages.length;
  while (missing.size > 0) {
    const isFirst = missing.size === wanted.length;
    if (!isFirst && [...missing].every((key) => withheld.has(key))) return;
    const isWanted = (message: Received) =>
      message.index >= position && message.key !== null && (missing.has(message.key) || message.key === errorKey);
    const expected = { what: `${what} (${[...missing].join(', ')})` };
    const seen = isFirst ? await connection.take(isWanted, expected) : await connection.takeOrNull(isWanted);
    if (seen === null) {
      const isSilent = connection.ending === null && (await fence.roundTrip(connection));
      if (!isSilent)
        throw new Failed(`${expected.what} on ${connection.name}`, connection.describe(), { reason: 'missing' });
      for (const key of missing) withheld.add(key);
      return;
    }
    if (seen.key === errorKey && !missing.has(seen.key ?? '')) {
      throw new Failed(`${connection.name} joins`, `an error: ${seen.text}`, { reason: 'join-refused' });
    }
    missing.delete(seen.key ?? '');
    withheld.delete(seen.key ?? '');
  }
}

/** As with joining: where only the answer is missing, that is told by the rule about replies. */
async function proofOfLeaving(
  parts: Joining,
  connection: Connection,
  answer: ServerMessage,
  message: string,
  isGiven: boolean,
): Promise<void> {
  try {
    await proof(parts, connection, [answer], `the answer to ${message}`);
  } catch (error) {
    const isSilence = error instanceof Failed && error.reason === 'missing';
    if (!isSilence || !isGiven || !(await parts.fence.roundTrip(connection))) throw error;
    parts.withheld.add(answer.key);
  }
}

export async function leave(parts: Joining, connection: Connection, room: string | null): Promise<void> {
  const { channel } = parts;
  const row = channel.room?.leave ?? null;
  if (row === null) throw new NotTestable('The contract has no message that leaves a room.', []);
  const sent = parts.build(connection, row.message, room === null ? {} : { room });
  await connection.send(sent.value);
  const request = channel.clientMessages.find((message) => message.key === row.message);
  const answers = channel.serverMessages.filter(
    (message) =>
      message.delivery?.to === 'direct' &&
      message.key !== channel.error?.message &&
      (request?.reply?.messages.includes(message.key) ||
        message.triggers.some(
          (trigger) => trigger.on === 'leave' || (trigger.on === 'message' && trigger.message === row.message),
        )),
  );
  connection.joinedRooms.delete(room ?? '');
  const [answer] = answers;
  // Of a server that need not know it, silence means that it does not: nobody has left then.
  const isGiven = lowest(row.level, request?.level ?? 'MUST') === 'MUST';
  if (answer !== undefined && !(isGiven && parts.withheld.has(answer.key))) {
    await proofOfLeaving(parts, connection, answer, row.message, isGiven);
  } else if (!(await parts.fence.roundTrip(connection))) await parts.pause(parts.fence.waitMs());
}
