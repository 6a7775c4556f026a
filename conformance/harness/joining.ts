// Brings a connection to joined and ready by what the contract says, and waits for the proof that it is.
import type { Channel, ServerMessage } from '../../scripts/model.ts';
import { Failed, NotTestable } from '../rule.ts';
import type { Connection, Received } from './connection.ts';
import type { Fence } from './fence.ts';
import type { BuildOptions, Built } from './messages.ts';

export interface Joining {
  readonly channel: Channel;
  readonly fence: Fence;
  readonly build: (connection: Connection, key: string, options: BuildOptions) => Built;
  readonly pause: (ms: number) => Promise<void>;
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
    await proof(channel, connection, welcomesAfterJoin(channel), `the answer to ${rules.join.message}`);
  } else {
    const byTrigger = welcomes(channel).filter((message) => message.triggers.some((trigger) => trigger.on === 'join'));
    if (byTrigger.length > 0) await proof(channel, connection, byTrigger, 'the message that joining causes');
    else if (!(await fence.roundTrip(connection))) {
      const through = fence.broadcast !== null && (await fence.toSelf(connection, room ?? ''));
      if (!through) await parts.pause(fence.waitMs());
    }
  }
  connection.joinedRooms.add(rules === null || rules.scope === 'channel' ? '' : (room ?? ''));
}

/** One of the reply's messages is enough; each of the triggered ones must come. */
function welcomesAfterJoin(channel: Channel): readonly ServerMessage[] {
  const all = welcomes(channel);
  const triggered = all.filter((message) => message.triggers.some((trigger) => trigger.on === 'join'));
  return triggered.length > 0 ? triggered : all.slice(0, 1);
}

async function proof(
  channel: Channel,
  connection: Connection,
  wanted: readonly ServerMessage[],
  what: string,
): Promise<void> {
  const errorKey = channel.error?.message;
  const missing = new Set(wanted.map((message) => message.key));
  const position = connection.inbox[0]?.index ?? connection.messages.length;
  while (missing.size > 0) {
    const isWanted = (message: Received) =>
      message.index >= position && message.key !== null && (missing.has(message.key) || message.key === errorKey);
    const seen = await connection.take(isWanted, { what: `${what} (${[...missing].join(', ')})` });
    if (seen.key === errorKey && !missing.has(seen.key ?? '')) {
      throw new Failed(`${connection.name} joins`, `an error: ${seen.text}`, { reason: 'join-refused' });
    }
    missing.delete(seen.key ?? '');
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
  if (answers.length > 0) await proof(channel, connection, answers.slice(0, 1), `the answer to ${row.message}`);
  else if (!(await parts.fence.roundTrip(connection))) await parts.pause(parts.fence.waitMs());
}
