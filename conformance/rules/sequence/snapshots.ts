// Rules about snapshots and replays: they are direct and use no number of their own.
import type { Received } from '../../harness/connection.ts';
import { brief, valueAt } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import { Failed, type Needs, type Rule } from '../../rule.ts';
import { askFor, type Position, replayOf } from '../resync/asking.ts';
import { longCaseMs } from '../validation/scene.ts';
import { expectSteps } from './numbering.ts';
import {
  causeUpdate,
  follower,
  numberOf,
  resyncLevel,
  resyncOf,
  sequenceLane,
  updateNeeds,
  updater,
  updatesSeen,
} from './updates.ts';

function whereSnapshots(run: (kit: Kit) => Promise<void>, needs: Needs): Rule['cases'] {
  return (_contract, channel) =>
    channel.resync?.snapshot == null
      ? []
      : [
          {
            channel: channel.name,
            message:
              channel.serverMessages.find((message) => message.key === channel.resync?.snapshot?.message)?.type ?? '',
            level: resyncLevel(channel, channel.resync.snapshot.level),
            source: channel.resync.snapshot.source,
            needs: updateNeeds(channel, needs),
            ...sequenceLane(channel),
            timeoutMs: longCaseMs,
            run,
          },
        ];
}

export const snapshotUsesNone: Rule = {
  id: 'sequence/snapshot-uses-none',
  role: 'server',
  level: 'MUST',
  sentence: 'A snapshot uses no number: the next update has the number after the last update.',
  cases: whereSnapshots(
    async (kit) => {
      const member = await kit.joined({ name: 'member', user: updater(kit) });
      const start = member.messages.length;
      await causeUpdate(kit, member, member);
      for (let n = 1; n <= 3; n += 1) await kit.joined({ name: `newcomer ${n}`, user: follower(kit) });
      await causeUpdate(kit, member, member);
      // What proves that somebody has joined may be an update itself.
      expectSteps(kit, updatesSeen(kit, member, start));
    },
    { users: 2 },
  ),
};

export const snapshotCurrent: Rule = {
  id: 'sequence/snapshot-current',
  role: 'server',
  level: 'MUST',
  sentence: 'A snapshot carries the number of the last update that its state contains.',
  cases: whereSnapshots(
    async (kit) => {
      const { snapshot } = resyncOf(kit.channel);
      const member = await kit.joined({ name: 'member', user: updater(kit) });
      let last = await causeUpdate(kit, member, member);
      last = await causeUpdate(kit, member, member);
      const newcomer = await kit.joined({ name: 'newcomer', user: follower(kit) });
      const seen = newcomer.messages.find((message) => message.key === snapshot?.message);
      if (seen === undefined)
        throw new Failed(`a ${snapshot?.message} on joining`, newcomer.describe(), { reason: 'missing' });
      if (numberOf(kit, seen) !== numberOf(kit, last)) {
        throw new Failed(
          `${brief(numberOf(kit, last))}, the number of the last update`,
          `${brief(numberOf(kit, seen))} in the snapshot`,
          { reason: 'wrong-number' },
        );
      }
    },
    { users: 2 },
  ),
};

/** By number, else by the time of the one that is missed. */
function positionAfter(kit: Kit, last: Received, missed: Received): Position {
  const { request, timestamp } = resyncOf(kit.channel);
  if (request.lastSequence !== null) return { sequence: Number(numberOf(kit, last)) };
  return { timestamp: valueAt(missed.value, timestamp ?? '') };
}

export const replayUsesNone: Rule = {
  id: 'sequence/replay-uses-none',
  role: 'server',
  level: 'MUST',
  sentence: 'A replayed update uses no number: the next update has the number after the last one broadcast.',
  cases: (_contract, channel) =>
    channel.resync === null
      ? []
      : [
          {
            channel: channel.name,
            level: resyncLevel(channel, channel.resync.request.level),
            source: channel.resync.request.source,
            needs: updateNeeds(channel, { users: 1 }),
            ...sequenceLane(channel),
            timeoutMs: longCaseMs,
            async run(kit) {
              const member = await kit.joined({ name: 'member', user: updater(kit) });
              const first = await causeUpdate(kit, member, member);
              const second = await causeUpdate(kit, member, member);
              const replay = await replayOf(kit, member, askFor(kit, positionAfter(kit, first, second)));
              if (replay.updates.length === 0)
                throw new Failed('the missed update', member.describe(), { reason: 'missing' });
              expectSteps(kit, [second, await causeUpdate(kit, member, member)]);
            },
          },
        ],
};
