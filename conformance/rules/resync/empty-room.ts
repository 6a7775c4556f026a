// The rule about a room that nobody is in for a while: its history and its numbers stay.
import { brief } from '../../harness/pointer.ts';
import { Failed, type Rule } from '../../rule.ts';
import { causeUpdate, numberOf, resyncLevel, resyncOf, updateNeeds, updater } from '../sequence/updates.ts';
import { longCaseMs } from '../validation/scene.ts';
import { askFor, replayOf } from './asking.ts';

export const keptWhileEmpty: Rule = {
  id: 'resync/kept-while-empty',
  role: 'server',
  level: 'MUST',
  sentence: 'A room that everyone has left goes on after its last number, and a replay still has what came before.',
  cases: (_contract, channel) =>
    channel.resync?.request.lastSequence == null || channel.resync.scope !== 'room' || channel.room?.life !== 'kept'
      ? []
      : [
          {
            channel: channel.name,
            level: resyncLevel(channel, channel.resync.request.level),
            source: channel.resync.history.source,
            needs: updateNeeds(channel, { users: 1 }),
            timeoutMs: longCaseMs,
            async run(kit) {
              const member = await kit.joined({ name: 'the last to leave', user: updater(kit) });
              const numbers: number[] = [];
              for (let n = 0; n < 3; n += 1)
                numbers.push(Number(numberOf(kit, await causeUpdate(kit, member, member))));
              const [first = 0, , last = 0] = numbers;
              await member.close();
              const back = await kit.joined({ name: 'the first to return', user: updater(kit) });
              const replay = await replayOf(kit, back, askFor(kit, { sequence: first }), 1);
              const next = Number(numberOf(kit, await causeUpdate(kit, back, back)));
              const kept = replay.updates.map((update) => Number(numberOf(kit, update)));
              if (next === last + 1 && brief(kept) === brief(numbers.slice(1))) return;
              // Who forgets the history may count anew, and must say so by a snapshot where it goes on counting.
              const isForgotten =
                kept.length === 0 && (next === 1 || (next === last + 1 && replay.snapshots.length > 0));
              throw new Failed(
                `number ${last + 1} and a replay of ${brief(numbers.slice(1))}`,
                `number ${next} and a replay of ${brief(kept)}`,
                isForgotten
                  ? { reason: 'forgotten', level: resyncOf(kit.channel).history.level }
                  : { reason: next <= last ? 'reused' : 'lost' },
              );
            },
          },
        ],
};
