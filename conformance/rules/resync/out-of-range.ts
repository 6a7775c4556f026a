// Rules about positions that a replay cannot serve, and about joining and surviving.

import type { Channel } from '../../../scripts/model.ts';
import type { Connection } from '../../harness/connection.ts';
import { brief } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import { type Case, Failed, lowest, type Rule } from '../../rule.ts';
import {
  causeUpdate,
  isFreshSequence,
  nextUpdate,
  numberOf,
  resyncLevel,
  resyncOf,
  sendUpdate,
  sequenceLane,
  toSender,
  triggersOf,
  updateNeeds,
  updater,
  updatesSeen,
} from '../sequence/updates.ts';
import { paceOn } from '../validation/scene.ts';
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
            needs: updateNeeds(channel, { users: 1 }),
            ...sequenceLane(channel),
            ...more,
            run,
          },
        ];
}

/** Fails unless the answer is one snapshot with the number of the head, and no update. */
async function expectSnapshotInstead(
  kit: Kit,
  position: Position,
  headBefore: number,
  room: string | null = null,
): Promise<void> {
  const asker = await kit.joined({ name: 'asker', user: updater(kit), ...(room === null ? {} : { room }) });
  const head = headBefore + updatesSeen(kit, asker).length;
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
    const member = await kit.joined({ name: 'member', user: updater(kit) });
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

/** Time for the updates, ms: under the rate limit where there is one. */
function fillMs({ resync, limits }: Channel): number {
  const seconds = limits.rate === null ? 0 : ((resync?.history.messages ?? 0) + 20) / limits.rate.perSecond;
  return 60_000 + 2000 * seconds;
}

/** Filled once for all cases that look at it: a thousand updates take their time. */
async function overflow(kit: Kit): Promise<Overflown> {
  // Where joining can only be proven by an update, each case adds some of its own.
  if (!isFreshSequence(kit) || kit.fenceRequest === null) return await fill(kit);
  return await kit.once(`overflown history ${kit.channel.name}`, () => fill(kit));
}

async function fill(kit: Kit): Promise<Overflown> {
  const { history } = resyncOf(kit.channel);
  const member = await kit.joined({ name: 'member', user: updater(kit) });
  const start = await causeUpdate(kit, member, member);
  const send = await quickestUpdate(kit, member);
  const total = history.messages + 10;
  const batch = 50;
  const sentFrom = member.messages.length;
  for (let sent = 0; sent < total; ) {
    const size = Math.min(batch, total - sent);
    for (let n = 0; n < size; n += 1) await send();
    sent += size;
    await allUpdates(kit, member, sentFrom, sent);
  }
  const last = await nextUpdate(kit, member, sentFrom, total - 1);
  const [first, head] = [start, last].map((update) => numberOf(kit, update));
  if (typeof first !== 'number' || typeof head !== 'number' || head - first < total) {
    const expected = `the numbers of ${total + 1} updates in a row, one step up for each`;
    throw new Failed(expected, `${brief(first)} on the first and ${brief(head)} on the last`, { reason: 'wrong-step' });
  }
  return { room: member.room, first, head };
}

/** Waits for so many updates as long as they keep coming: a server that needs long for many is slow, and breaks nothing. */
async function allUpdates(kit: Kit, member: Connection, from: number, count: number): Promise<void> {
  for (let seen = 0; seen < count; ) {
    const before = seen;
    await nextUpdate(kit, member, from, before);
    seen = updatesSeen(kit, member, from).length;
  }
}

/** A client message that this server turns into updates, where it does: a thousand calls of a hook take longer. */
async function quickestUpdate(kit: Kit, member: Connection): Promise<() => Promise<unknown>> {
  const [trigger] = triggersOf(kit.channel);
  if (trigger === undefined) return () => sendUpdate(kit, member);
  const from = member.messages.length;
  await kit.send(member, trigger.key, toSender(kit.channel, trigger, member));
  await kit.roundTrip(member);
  await member.until(() => updatesSeen(kit, member, from).length > 0, kit.patienceMs);
  if (updatesSeen(kit, member, from).length === 0) return () => sendUpdate(kit, member);
  return async () => {
    await paceOn(kit, member);
    await kit.send(member, trigger.key, toSender(kit.channel, trigger, member));
  };
}

/** Keeping fewer is a matter of the history's level; a replay that leaves out some of what comes after its first loses them unseen. */
function isPart(numbers: readonly unknown[], head: number): boolean {
  const [first] = numbers;
  return typeof first === 'number' && numbers.length < head - first + 1;
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
            level: resyncLevel(channel),
            source: channel.resync.history.source,
            needs: updateNeeds(channel, { users: 1 }),
            lane: 'exclusive',
            timeoutMs: fillMs(channel),
            async run(kit) {
              const { history } = resyncOf(kit.channel);
              const { head, room } = await overflow(kit);
              const asker = await kit.joined({ name: 'asker', user: updater(kit), ...(room === null ? {} : { room }) });
              // What proved that the asker has joined may be updates too, which push as many others out.
              const added = updatesSeen(kit, asker).length;
              const oldestKept = head - history.messages + 1 + added;
              const wanted = head - oldestKept + 1;
              const replay = await replayOf(kit, asker, askFor(kit, { sequence: oldestKept - 1 }), wanted);
              const numbers = replay.updates.map((update) => numberOf(kit, update));
              const complete =
                numbers.length === wanted && numbers.every((number, index) => number === oldestKept + index);
              if (complete) return;
              const kept = resyncLevel(channel, history.level);
              const span = numbers.length === 0 ? '' : `, ${brief(numbers[0])} to ${brief(numbers.at(-1))}`;
              throw new Failed(
                `${wanted} updates, ${oldestKept} to ${head}`,
                `${numbers.length} updates${span} and ${replay.snapshots.length} snapshots`,
                { reason: 'lost', level: isPart(numbers, head) && replay.snapshots.length === 0 ? 'MUST' : kept },
              );
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
            needs: updateNeeds(channel, { users: 1 }),
            lane: 'exclusive',
            timeoutMs: fillMs(channel),
            async run(kit) {
              const { first, head, room } = await overflow(kit);
              await expectSnapshotInstead(kit, { sequence: first }, head, room);
            },
          },
        ],
};
