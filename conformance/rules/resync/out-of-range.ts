// Rules about positions that a replay cannot serve, and about joining and surviving.
import { brief } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import { type Case, Failed, lowest, type Rule } from '../../rule.ts';
import { causeUpdate, nextUpdate, numberOf, resyncLevel, resyncOf, sendUpdate } from '../sequence/updates.ts';
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
async function expectSnapshotInstead(kit: Kit, position: Position, head: unknown): Promise<void> {
  const asker = await kit.joined({ name: 'asker' });
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

/** Fills the history beyond what is kept; the first number, and the head. */
async function overflow(kit: Kit): Promise<{ first: number; head: number; firstTime: unknown }> {
  const { history } = resyncOf(kit.channel);
  const member = await kit.joined({ name: 'member' });
  const start = await causeUpdate(kit, member, member);
  const total = history.messages + 10;
  const batch = 50;
  for (let sent = 0; sent < total; ) {
    const size = Math.min(batch, total - sent);
    const from = member.messages.length;
    for (let n = 0; n < size; n += 1) await sendUpdate(kit, member);
    await nextUpdate(kit, member, from, size - 1);
    sent += size;
  }
  const first = Number(numberOf(kit, start));
  return { first, head: first + total, firstTime: start.value };
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
              const { head } = await overflow(kit);
              const asker = await kit.joined({ name: 'asker' });
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
              const { first, head } = await overflow(kit);
              await expectSnapshotInstead(kit, { sequence: first }, head);
            },
          },
        ],
};
