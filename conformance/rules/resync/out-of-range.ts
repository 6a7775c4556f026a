// Rules about positions that a replay cannot serve, and about joining and surviving.

import type { Connection } from '../../harness/connection.ts';
import { brief } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import { type Case, Failed, lowest, type Rule } from '../../rule.ts';
import {
  causeUpdate,
  nextUpdate,
  numberOf,
  resyncLevel,
  resyncOf,
  sendUpdate,
  triggersOf,
  updatesSeen,
} from '../sequence/updates.ts';
import { askFor, type Position, replayOf } from './asking.ts';

/** One case a channel that answers an impossible position by a snapshot. */
function whereSnapshotInstead(
  run: (kit: Kit) => Promise<void>,
  more: Pick<Case, 'lane' | 'timeoutMs'> = {},
): Rule['cases'] {
  return (_contract, channel) =>
    channel.resync?.snapshot == null || channel.resync.request.lastSequence === null
      ? []
      : [
          {
            channel: channel.name,
            message:
              channel.clientMessages.find((message) => message.key === channel.resync?.request.message)?.type ?? '',
            level: resyncLevel(channel, channel.resync.snapshot.outOfRangeLevel),
            source: channel.resync.snapshot.source,
            needs: { users: 1 },
            ...more,
            run,
          },
        ];
}

/** Fails unless the answer is one snapshot with the number of the head, and no update. */
async function expectSnapshotInstead(
  kit: Kit,
  position: Position,
  head: unknown,
  room: string | null = null,
): Promise<void> {
  const asker = await kit.joined({ name: 'asker', ...(room === null ? {} : { room }) });
  const replay = await replayOf(kit, asker, askFor(kit, position), 1);
  const [only] = replay.snapshots;
  if (replay.snapshots.length !== 1 || replay.updates.length > 0 || only === undefined) {
    const observed = `${replay.snapshots.length} snapshots and ${replay.updates.length} updates`;
    throw new Failed('one snapshot in place of a replay', observed, { reason: 'no-snapshot' });
  }
  if (numberOf(kit, only) !== head) {
    throw new Failed(`${brief(head)} in the snapshot, the head`, brief(numberOf(kit, only)), {
      reason: 'wrong-number',
    });
  }
}

export const aboveHead: Rule = {
  id: 'resync/above-head-snapshot',
  role: 'server',
  level: 'MUST',
  sentence: 'A position above the last number is answered by one snapshot.',
  cases: whereSnapshotInstead(async (kit) => {
    const member = await kit.joined({ name: 'member' });
    const last = await causeUpdate(kit, member, member);
    const head = Number(numberOf(kit, last));
    await expectSnapshotInstead(kit, { sequence: head + 7 }, head);
  }),
};

/** A room whose history is longer than what is kept: the first number and the head. */
interface Overflown {
  readonly room: string | null;
  readonly first: number;
  readonly head: number;
}

/** Filled once for all cases that look at it: a thousand updates take their time. */
async function overflow(kit: Kit): Promise<Overflown> {
  if (!kit.roomsAreFresh) return await fill(kit);
  return await kit.once(`overflown history ${kit.channel.name}`, () => fill(kit));
}

async function fill(kit: Kit): Promise<Overflown> {
  const { history } = resyncOf(kit.channel);
  const member = await kit.joined({ name: 'member' });
  const start = await causeUpdate(kit, member, member);
  const send = await quickestUpdate(kit, member);
  const total = history.messages + 10;
  const batch = 50;
  const sentFrom = member.messages.length;
  for (let sent = 0; sent < total; ) {
    const size = Math.min(batch, total - sent);
    for (let n = 0; n < size; n += 1) await send();
    sent += size;
    await nextUpdate(kit, member, sentFrom, sent - 1);
  }
  const last = await nextUpdate(kit, member, sentFrom, total - 1);
  return { room: member.room, first: Number(numberOf(kit, start)), head: Number(numberOf(kit, last)) };
}

/** A client message that this server turns into updates, where it does: a thousand calls of a hook take longer. */
async function quickestUpdate(kit: Kit, member: Connection): Promise<() => Promise<unknown>> {
  const [trigger] = triggersOf(kit.channel);
  if (trigger === undefined) return () => sendUpdate(kit, member);
  const from = member.messages.length;
  await kit.send(member, trigger.key);
  await kit.roundTrip(member);
  await member.until(() => updatesSeen(kit, member, from).length > 0, kit.patienceMs);
  const works = updatesSeen(kit, member, from).length > 0;
  return works ? () => kit.send(member, trigger.key) : () => sendUpdate(kit, member);
}

export const historyKept: Rule = {
  id: 'resync/history-kept',
  role: 'server',
  level: 'MUST',
  sentence: 'As many updates as the contract says are kept for a replay, and one position before them is still served.',
  cases: (_contract, channel) =>
    channel.resync === null || channel.resync.request.lastSequence === null
      ? []
      : [
          {
            channel: channel.name,
            level: resyncLevel(channel, channel.resync.history.level),
            source: channel.resync.history.source,
            needs: { users: 1 },
            lane: 'exclusive',
            timeoutMs: 60_000,
            async run(kit) {
              const { history } = resyncOf(kit.channel);
              const { head, room } = await overflow(kit);
              const asker = await kit.joined({ name: 'asker', ...(room === null ? {} : { room }) });
              const oldestKept = head - history.messages + 1;
              const replay = await replayOf(kit, asker, askFor(kit, { sequence: oldestKept - 1 }), history.messages);
              const numbers = replay.updates.map((update) => numberOf(kit, update));
              const complete =
                numbers.length === history.messages && numbers.every((number, index) => number === oldestKept + index);
              if (!complete) {
                const span = numbers.length === 0 ? '' : `, ${brief(numbers[0])} to ${brief(numbers.at(-1))}`;
                throw new Failed(
                  `${history.messages} updates, ${oldestKept} to ${head}`,
                  `${numbers.length} updates${span} and ${replay.snapshots.length} snapshots`,
                  { reason: 'lost' },
                );
              }
            },
          },
        ],
};

export const belowHistory: Rule = {
  id: 'resync/below-history-snapshot',
  role: 'server',
  level: 'MUST',
  sentence: 'A position before what is kept is answered by one snapshot, never by a replay with a gap.',
  cases: (_contract, channel) =>
    channel.resync?.snapshot == null || channel.resync.request.lastSequence === null
      ? []
      : [
          {
            channel: channel.name,
            level: lowest(channel.resync.level, channel.resync.history.level, channel.resync.snapshot.outOfRangeLevel),
            source: channel.resync.snapshot.source,
            needs: { users: 1 },
            lane: 'exclusive',
            timeoutMs: 60_000,
            async run(kit) {
              const { first, head, room } = await overflow(kit);
              await expectSnapshotInstead(kit, { sequence: first }, head, room);
            },
          },
        ],
};
