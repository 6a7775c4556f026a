// Rules about asking before joining, and about what is left after the server was started anew.
import { brief } from '../../harness/pointer.ts';
import { Failed, lowest, type Rule } from '../../rule.ts';
import {
  causeUpdate,
  follower,
  nextUpdate,
  numberOf,
  resyncLevel,
  resyncOf,
  sendUpdate,
  sequenceLane,
  updateNeeds,
  updater,
} from '../sequence/updates.ts';
import { longCaseMs } from '../validation/scene.ts';
import { askFor, replayOf } from './asking.ts';

export const requestJoins: Rule = {
  id: 'resync/request-joins',
  role: 'server',
  level: 'MUST',
  sentence: 'Asking joins a connection that had not joined: it gets the updates that follow.',
  cases: (_contract, channel) =>
    channel.resync === null || !channel.resync.request.joins || channel.room?.joinOnOpen === true
      ? []
      : [
          {
            channel: channel.name,
            message:
              channel.clientMessages.find((message) => message.key === channel.resync?.request.message)?.type ?? '',
            level: resyncLevel(channel, channel.resync.request.joinsLevel),
            source: channel.resync.request.source,
            needs: updateNeeds(channel, { users: 2 }),
            ...sequenceLane(channel),
            timeoutMs: longCaseMs,
            async run(kit) {
              const member = await kit.joined({ name: 'member', user: updater(kit) });
              const before = await causeUpdate(kit, member, member);
              const asker = await kit.connect({ name: 'asker', user: follower(kit) });
              await replayOf(kit, asker, askFor(kit, { sequence: Number(numberOf(kit, before)) }));
              const from = asker.messages.length;
              await sendUpdate(kit, member);
              await nextUpdate(kit, asker, from, 0);
            },
          },
        ],
};

export const positionRequired: Rule = {
  id: 'resync/position-required',
  role: 'server',
  level: 'MUST',
  sentence: 'A request without any position is rejected and replays nothing.',
  cases: (_contract, channel) =>
    channel.resync === null || channel.error === null
      ? []
      : [
          {
            channel: channel.name,
            message:
              channel.clientMessages.find((message) => message.key === channel.resync?.request.message)?.type ?? '',
            level: lowest(channel.resync.level, channel.error.level),
            source: channel.resync.request.source,
            needs: updateNeeds(channel, { users: 1 }),
            ...sequenceLane(channel),
            timeoutMs: longCaseMs,
            async run(kit) {
              const member = await kit.joined({ name: 'member', user: updater(kit) });
              await causeUpdate(kit, member, member);
              const bare = kit.message(resyncOf(kit.channel).request.message, askFor(kit, {}));
              if (kit.schemaAccepts(bare)) return;
              const from = member.messages.length;
              await member.send(bare.text);
              const error = await kit.errorFor(member, bare);
              const replayed = member
                .since(from)
                .filter((message) => resyncOf(kit.channel).messages.includes(message.key ?? ''));
              if (replayed.length > 0)
                throw new Failed('no replay', brief(replayed.map((one) => one.value)), { reason: 'accepted' });
              if (error === null) throw new Failed('the error message', member.describe(), { reason: 'missing' });
            },
          },
        ],
};

export const survivesRestart: Rule = {
  id: 'resync/survives-restart',
  role: 'server',
  level: 'MUST',
  sentence:
    'After a restart a room goes on after its last number, or begins anew with its history gone too: no number is used twice.',
  cases: (_contract, channel) =>
    channel.resync === null || channel.resync.request.lastSequence === null
      ? []
      : [
          {
            channel: channel.name,
            level: resyncLevel(channel),
            source: channel.resync.source,
            needs: updateNeeds(channel, { users: 1, start: true }),
            lane: 'exclusive',
            timeoutMs: 30_000,
            async run(kit) {
              const member = await kit.joined({ name: 'before', user: updater(kit) });
              const updates = [await causeUpdate(kit, member, member)];
              updates.push(await causeUpdate(kit, member, member), await causeUpdate(kit, member, member));
              const numbers = updates.map((update) => Number(numberOf(kit, update)));
              const last = numbers.at(-1) ?? 0;
              await kit.restart();
              const back = await kit.joined({ name: 'after', user: updater(kit) });
              const replay = await replayOf(kit, back, askFor(kit, { sequence: numbers[0] ?? 0 }), 1);
              const next = Number(numberOf(kit, await causeUpdate(kit, back, back)));
              const kept = replay.updates.map((update) => numberOf(kit, update));
              const wentOn = next === last + 1 && brief(kept) === brief(numbers.slice(1));
              const beganAnew = next === 1 && kept.length === 0;
              if (!wentOn && !beganAnew) {
                throw new Failed(
                  `number ${last + 1} and a replay of ${brief(numbers.slice(1))}, or 1 and no replay`,
                  `number ${next} and a replay of ${brief(kept)}`,
                  { reason: 'reused' },
                );
              }
            },
          },
        ],
};
