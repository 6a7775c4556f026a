// The rule that rooms do not mix in what is kept: a replay of one has nothing of another.
import type { Received } from '../../harness/connection.ts';
import { uniqueText } from '../../harness/messages.ts';
import { brief, sameJson, valueAt } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import { type Case, Failed, type Rule } from '../../rule.ts';
import {
  causeUpdate,
  follower,
  numberOf,
  resyncLevel,
  resyncOf,
  triggersOf,
  updateNeeds,
  updaters,
} from '../sequence/updates.ts';
import { longCaseMs, roleFor } from '../validation/scene.ts';
import { askFor, type Position, replayOf } from './asking.ts';

export const otherRoomsLeftOut: Rule = {
  id: 'resync/other-rooms-left-out',
  role: 'server',
  level: 'MUST',
  sentence: 'A replay of a room has what was sent to that room, and nothing of any other.',
  cases: (_contract, channel): readonly Case[] => {
    const { resync, room } = channel;
    // Who has a role has it in one room.
    if (resync?.scope !== 'room' || room?.scope !== 'room' || roleFor(triggersOf(channel)[0] ?? null) !== null)
      return [];
    const request = channel.clientMessages.find(({ key }) => key === resync.request.message);
    return [
      {
        channel: channel.name,
        message: request?.type ?? '',
        level: resyncLevel(channel, resync.request.level),
        source: resync.request.source,
        needs: updateNeeds(channel, { users: 2, rooms: 2 }),
        timeoutMs: longCaseMs,
        run,
      },
    ];
  },
};

async function run(kit: Kit): Promise<void> {
  const [room, other] = kit.rooms as [string, string];
  const [first, second] = updaters(kit, 2);
  const here = await kit.joined({ name: 'member', user: first!, room });
  const there = await kit.joined({ name: 'member of the other room', user: second!, room: other });
  const own: Received[] = [];
  const strange: Received[] = [];
  const marks: string[] = [];
  // More there than here: numbers alone do not make them the same.
  for (const count of [1, 2, 3]) {
    const mark = uniqueText('m-');
    strange.push(await causeUpdate(kit, there, there, mark));
    marks.push(mark);
    if (count < 3) own.push(await causeUpdate(kit, here, here));
  }
  const asker = await kit.joined({ name: 'asker', user: follower(kit), room });
  for (const position of positions(kit, own[0]!)) {
    const replay = await replayOf(kit, asker, askFor(kit, position), own.length);
    const isOwn = (update: Received) => own.some(({ value }) => sameJson(value, update.value));
    const leaked = replay.updates.find(
      (update) =>
        !isOwn(update) &&
        (marks.some((mark) => update.text.includes(mark)) ||
          strange.some(({ value }) => sameJson(value, update.value))),
    );
    if (leaked !== undefined) {
      throw new Failed(`nothing of room ${other} in a replay of room ${room}`, brief(leaked.value), {
        reason: 'leaked',
      });
    }
    if (!replay.updates.some(isOwn)) {
      throw new Failed(`the updates of room ${room}`, brief(replay.updates.map(({ value }) => value)), {
        reason: 'lost',
      });
    }
  }
}

/** Before the first update, by each cursor that the contract has. */
function positions(kit: Kit, first: Received): readonly Position[] {
  const { request, timestamp } = resyncOf(kit.channel);
  return [
    ...(request.lastSequence === null ? [] : [{ sequence: Number(numberOf(kit, first)) - 1 }]),
    ...(request.lastTimestamp === null || timestamp === null ? [] : [{ timestamp: valueAt(first.value, timestamp) }]),
  ];
}
