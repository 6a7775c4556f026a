// Rules about a replay within what is kept: complete, ascending, as first broadcast, to the one who asked.
import type { Channel } from '../../../scripts/model.ts';
import type { Connection, Received } from '../../harness/connection.ts';
import { brief, sameJson, valueAt } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import { Failed, type Needs, type Rule } from '../../rule.ts';
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
  updatesSeen,
} from '../sequence/updates.ts';
import { longCaseMs } from '../validation/scene.ts';
import { askFor, replayOf } from './asking.ts';

/** One case a channel that has the cursor. */
function whereAsked(
  run: (kit: Kit) => Promise<void>,
  applies: (channel: Channel) => boolean = (channel) => channel.resync?.request.lastSequence != null,
  needs: Needs = { users: 2 },
): Rule['cases'] {
  return (_contract, channel) =>
    channel.resync === null || !applies(channel)
      ? []
      : [
          {
            channel: channel.name,
            message:
              channel.clientMessages.find((message) => message.key === channel.resync?.request.message)?.type ?? '',
            level: resyncLevel(channel, channel.resync.request.level),
            source: channel.resync.request.source,
            needs: updateNeeds(channel, needs),
            ...sequenceLane(channel),
            timeoutMs: longCaseMs,
            run,
          },
        ];
}

/** A member that has seen n updates, and a second connection that joined after them: of another user, where the sequence is not the user's. */
async function afterUpdates(
  kit: Kit,
  n: number,
): Promise<{ member: Connection; asker: Connection; updates: Received[] }> {
  const member = await kit.joined({ name: 'member', user: updater(kit) });
  const updates: Received[] = [];
  for (let count = 0; count < n; count += 1) updates.push(await causeUpdate(kit, member, member));
  const asker = await kit.joined({ name: 'asker', user: follower(kit) });
  return { member, asker, updates };
}

/** So many updates, or as many as a replay can have. */
function atMostKept(kit: Kit, count: number): number {
  return Math.min(count, resyncOf(kit.channel).history.messages);
}

/** Fails unless exactly these came, in this order, each as first broadcast. */
function expectReplay(kit: Kit, wanted: readonly Received[], got: readonly Received[]): void {
  const numbers = (list: readonly Received[]) => brief(list.map((message) => numberOf(kit, message)));
  const same =
    wanted.length === got.length && wanted.every((message, index) => sameJson(message.value, got[index]?.value));
  if (same) return;
  const sameNumbers = numbers(wanted) === numbers(got);
  const changed = wanted.findIndex((message, index) => !sameJson(message.value, got[index]?.value));
  throw new Failed(
    sameNumbers
      ? `${brief(wanted[changed]?.value)}, as first broadcast`
      : `the updates ${numbers(wanted)}, in this order`,
    sameNumbers ? brief(got[changed]?.value) : numbers(got),
    {
      reason: sameNumbers
        ? 'changed'
        : got.length < wanted.length
          ? 'lost'
          : got.length > wanted.length
            ? 'too-many'
            : 'wrong-order',
    },
  );
}

export const replayComplete: Rule = {
  id: 'resync/replay-complete',
  role: 'server',
  level: 'MUST',
  sentence:
    'A request with a position is answered by every later update, ascending, each once and exactly as first broadcast.',
  cases: whereAsked(async (kit) => {
    const { asker, updates } = await afterUpdates(kit, 5);
    const wanted = updates.slice(-atMostKept(kit, 3));
    const position = Number(numberOf(kit, wanted[0] as Received)) - 1;
    const replay = await replayOf(kit, asker, askFor(kit, { sequence: position }), wanted.length);
    expectReplay(kit, wanted, replay.updates);
  }),
};

export const replayAtHead: Rule = {
  id: 'resync/nothing-at-head',
  role: 'server',
  level: 'MUST',
  sentence: 'A request with the number of the last update is answered by nothing.',
  cases: whereAsked(async (kit) => {
    const { asker, updates } = await afterUpdates(kit, 3);
    // The control: one step before the head, the same request is answered.
    const control = await replayOf(
      kit,
      asker,
      askFor(kit, { sequence: Number(numberOf(kit, updates[1] as Received)) }),
      1,
    );
    expectReplay(kit, updates.slice(2), control.updates);
    const replay = await replayOf(kit, asker, askFor(kit, { sequence: Number(numberOf(kit, updates[2] as Received)) }));
    if (replay.updates.length + replay.snapshots.length > 0) {
      const got = [...replay.updates, ...replay.snapshots].map((message) => message.value);
      throw new Failed('nothing: there is no later update', brief(got), { reason: 'too-many' });
    }
  }),
};

export const replayDirect: Rule = {
  id: 'resync/replay-direct',
  role: 'server',
  level: 'MUST',
  sentence: 'A replay goes to the connection that asked and to nobody else.',
  cases: whereAsked(
    async (kit) => {
      const { member, asker, updates } = await afterUpdates(kit, 3);
      const wanted = updates.slice(-atMostKept(kit, 2));
      const tab = await kit.joined({ name: "asker's other tab", user: follower(kit) });
      const before = [member, tab].map((connection) => connection.messages.length);
      const replay = await replayOf(
        kit,
        asker,
        askFor(kit, { sequence: Number(numberOf(kit, wanted[0] as Received)) - 1 }),
        wanted.length,
      );
      expectReplay(kit, wanted, replay.updates);
      await kit.fence([member, tab]);
      for (const [index, connection] of [member, tab].entries()) {
        const leaked = updatesSeen(kit, connection, before[index]).filter((message) => !message.fence);
        if (leaked.length > 0) {
          throw new Failed(`nothing on ${connection.name}`, brief(leaked.map((message) => message.value)), {
            reason: 'leaked',
          });
        }
      }
    },
    undefined,
    { users: 2 },
  ),
};

export const byTimestamp: Rule = {
  id: 'resync/by-timestamp',
  role: 'server',
  level: 'MUST',
  sentence: 'A request with a time alone is answered by every update of that time or later, that time included.',
  cases: whereAsked(
    async (kit) => {
      const { timestamp } = resyncOf(kit.channel);
      const { asker, updates } = await afterUpdates(kit, 4);
      const times = updates.map((update) => valueAt(update.value, timestamp ?? ''));
      const untimed = updates.find((_update, index) => times[index] === undefined);
      if (untimed !== undefined) {
        const tolerated = untimed.key !== null && kit.schemaIssues(untimed.key, untimed.value) === '';
        const level = tolerated ? 'SHOULD' : 'MUST';
        throw new Failed('a timestamp on every update', brief(untimed.value), { reason: 'missing', level });
      }
      const asked = times.at(-atMostKept(kit, 2));
      const from = instantOf(asked);
      const wanted = updates.filter((_update, index) => instantOf(times[index]) >= from);
      const replay = await replayOf(kit, asker, askFor(kit, { timestamp: asked }), wanted.length);
      expectReplay(kit, wanted, replay.updates);
    },
    (channel) => channel.resync?.request.lastTimestamp != null && channel.resync.timestamp !== null,
  ),
};

export const sequenceWins: Rule = {
  id: 'resync/sequence-wins',
  role: 'server',
  level: 'MUST',
  sentence: 'Where a request has a number and a time, the number decides.',
  cases: whereAsked(
    async (kit) => {
      const { timestamp } = resyncOf(kit.channel);
      const { asker, updates } = await afterUpdates(kit, 4);
      const position = {
        sequence: Number(numberOf(kit, updates[2] as Received)),
        timestamp: valueAt(updates[0]?.value, timestamp ?? ''),
      };
      const replay = await replayOf(kit, asker, askFor(kit, position), 1);
      expectReplay(kit, updates.slice(3), replay.updates);
    },
    (channel) =>
      channel.resync?.request.lastTimestamp != null &&
      channel.resync.request.lastSequence !== null &&
      channel.resync.timestamp !== null,
  ),
};

export const identicalKept: Rule = {
  id: 'resync/identical-updates-kept',
  role: 'server',
  level: 'MUST',
  sentence: 'Two updates with the same content are two updates: a replay has both.',
  cases: whereAsked(async (kit) => {
    const member = await kit.joined({ name: 'member', user: updater(kit) });
    const start = await causeUpdate(kit, member, member);
    const from = member.messages.length;
    const same = atMostKept(kit, 4);
    for (let n = 0; n < same; n += 1) await sendUpdate(kit, member, 'the same again');
    const updates: Received[] = [];
    for (let n = 0; n < same; n += 1) updates.push(await nextUpdate(kit, member, from, n));
    const asker = await kit.joined({ name: 'asker', user: follower(kit) });
    const replay = await replayOf(kit, asker, askFor(kit, { sequence: Number(numberOf(kit, start)) }), updates.length);
    expectReplay(kit, updates, replay.updates);
  }),
};

export const liveNotLost: Rule = {
  id: 'resync/live-not-lost',
  role: 'server',
  level: 'MUST',
  sentence: 'No update is lost between a replay and the live ones: together they have every number.',
  cases: whereAsked(async (kit) => {
    const { member, asker, updates } = await afterUpdates(kit, 5);
    // All of it must still be kept when the request is answered, however late that is.
    const missed = atMostKept(kit, 8) >> 1;
    const live = Math.max(1, atMostKept(kit, 20 + missed) - missed);
    const position = Number(numberOf(kit, updates.at(-1) as Received)) - missed;
    const askedFrom = asker.messages.length;
    const sentFrom = member.messages.length;
    const request = resyncOf(kit.channel).request.message;
    for (let n = 0; n < live; n += 1) {
      await sendUpdate(kit, member);
      if (n === live >> 1) await kit.send(asker, request, askFor(kit, { sequence: position }));
    }
    const last = await nextUpdate(kit, member, sentFrom, live - 1);
    const wanted = Array.from({ length: Number(numberOf(kit, last)) - position }, (_, index) => position + 1 + index);
    const seen = () => new Set(updatesSeen(kit, asker, askedFrom).map((message) => numberOf(kit, message)));
    const complete = () => wanted.every((number) => seen().has(number));
    await asker.until(() => complete() || asker.ending !== null, kit.patienceMs);
    if (!complete()) {
      const lost = wanted.filter((number) => !seen().has(number));
      throw new Failed(`every number from ${position + 1} to ${numberOf(kit, last)}`, `without ${brief(lost)}`, {
        reason: 'lost',
      });
    }
  }),
};

/** An instant as a number; also where the protocol counts seconds or milliseconds. */
export function instantOf(value: unknown): number {
  return typeof value === 'number' ? value : Date.parse(String(value));
}
