// Rules about the numbers of sequenced messages: one counter a scope, one step up for each update, the same for all.
import type { Connection, Received } from '../../harness/connection.ts';
import { brief } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import { Failed, type Needs, type Rule } from '../../rule.ts';
import { longCaseMs, paceOn } from '../validation/scene.ts';
import {
  causeUpdate,
  follower,
  isFreshSequence,
  nextUpdate,
  numberOf,
  publishable,
  publishUpdate,
  resyncLevel,
  resyncOf,
  sendUpdate,
  sequenceLane,
  toSender,
  triggersOf,
  updateNeeds,
  updater,
  updaters,
  updatesSeen,
} from './updates.ts';

type Body = (kit: Kit) => Promise<void>;

/** One case for each channel that has a sequence. */
function whereSequenced(run: Body, needs: Needs = { users: 1 }): Rule['cases'] {
  return (_contract, channel) =>
    channel.resync === null
      ? []
      : [
          {
            channel: channel.name,
            level: resyncLevel(channel),
            source: channel.resync.source,
            needs: updateNeeds(channel, needs),
            ...sequenceLane(channel),
            timeoutMs: longCaseMs,
            run,
          },
        ];
}

/** Fails unless the numbers go up by exactly one. */
export function expectSteps(kit: Kit, updates: readonly Received[]): void {
  const numbers = updates.map((update) => numberOf(kit, update));
  const broken = numbers.some(
    (number, index) => typeof number !== 'number' || (index > 0 && number !== (numbers[index - 1] as number) + 1),
  );
  if (broken) throw new Failed('numbers that go up by one', `${brief(numbers)}`, { reason: 'wrong-step' });
}

export const startsAtOne: Rule = {
  id: 'sequence/starts-at-one',
  role: 'server',
  level: 'MUST',
  sentence: 'The first update of a room has the number 1.',
  cases: whereSequenced(async (kit) => {
    const member = await kit.joined({ name: 'member', user: updater(kit) });
    const first = await causeUpdate(kit, member, member);
    const number = numberOf(kit, first);
    if (isFreshSequence(kit) && number !== 1) {
      throw new Failed('1 on the first update of a room that nobody used before', brief(number), {
        reason: 'wrong-number',
      });
    }
    if (typeof number !== 'number' || !Number.isInteger(number) || number < 1) {
      throw new Failed('an integer from 1', brief(number), { reason: 'wrong-number' });
    }
  }),
};

export const stepsByOne: Rule = {
  id: 'sequence/steps-by-one',
  role: 'server',
  level: 'MUST',
  sentence: 'Each update has the number of the one before it plus one, whatever its type.',
  cases: whereSequenced(async (kit) => {
    const member = await kit.joined({ name: 'member', user: updater(kit) });
    const start = member.messages.length;
    for (let n = 0; n < 3; n += 1) await causeUpdate(kit, member, member);
    // All sequenced types share the counter: where the server's own code can be asked, each of them takes its turn.
    if (kit.hasHook('publish')) {
      for (const message of publishable(kit.channel)) {
        const from = member.messages.length;
        await publishUpdate(kit, message.key, member);
        await nextUpdate(kit, member, from, 0);
      }
      await causeUpdate(kit, member, member);
    }
    expectSteps(kit, updatesSeen(kit, member, start));
  }),
};

async function speak(kit: Kit, member: Connection, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) await sendUpdate(kit, member);
}

export const uniqueUnderConcurrency: Rule = {
  id: 'sequence/unique-under-concurrency',
  role: 'server',
  level: 'MUST',
  sentence: 'Updates sent at the same time by several members get numbers that are all different and leave none out.',
  cases: whereSequenced(
    async (kit) => {
      const [first, second, third] = updaters(kit, 3);
      const party = await kit.party({ one: { user: first! }, two: { user: second! }, three: { user: third! } });
      const members = Object.values(party);
      const from = members.map((member) => member.messages.length);
      const rounds = 5;
      await Promise.all(members.map((member) => speak(kit, member, rounds)));
      for (const [index, member] of members.entries()) {
        const start = from[index] ?? 0;
        const updates: Received[] = [];
        for (let n = 0; n < rounds * members.length; n += 1) updates.push(await nextUpdate(kit, member, start, n));
        expectSteps(kit, updates);
      }
    },
    { users: 3 },
  ),
};

export const sameForAll: Rule = {
  id: 'sequence/same-for-all-members',
  role: 'server',
  level: 'MUST',
  sentence: 'All members see an update under the same number.',
  cases: whereSequenced(
    async (kit) => {
      const second = follower(kit);
      const party = await kit.party({ sender: { user: updater(kit) }, peer: { user: second } });
      const { sender, peer } = party;
      if (sender === undefined || peer === undefined) throw new Error('the party has two members');
      // One that comes later tells a number of the room from one that each connection counts for itself.
      await causeUpdate(kit, sender, sender);
      const late = await kit.joined({ name: 'latecomer', user: second });
      // What showed that it joined may be an update for the others too.
      await kit.quiesce([sender, peer, late]);
      const joinedAt = late.messages.length;
      const shared = await causeUpdate(kit, sender, sender);
      const seen = await nextUpdate(kit, late, joinedAt, 0);
      if (numberOf(kit, shared) !== numberOf(kit, seen)) {
        throw new Failed(`${brief(shared.value)} for all`, `${brief(seen.value)} on ${late.name}`, {
          reason: 'differs',
        });
      }
      // What came so far may still be on its way to the peer.
      await kit.quiesce([sender, peer, late]);
      for (let n = 0; n < 3; n += 1) {
        const from = peer.messages.length;
        const mine = await causeUpdate(kit, sender, sender);
        const theirs = await nextUpdate(kit, peer, from, 0);
        if (mine.text !== theirs.text && numberOf(kit, mine) !== numberOf(kit, theirs)) {
          throw new Failed(`${brief(mine.value)} for both`, `${brief(theirs.value)} on ${peer.name}`, {
            reason: 'differs',
          });
        }
      }
    },
    { users: 2 },
  ),
};

export const roomsIndependent: Rule = {
  id: 'sequence/rooms-independent',
  role: 'server',
  level: 'MUST',
  sentence: 'Updates of one room use no number of another room.',
  cases: (_contract, channel) =>
    channel.resync === null || channel.resync.scope !== 'room'
      ? []
      : [
          {
            channel: channel.name,
            level: resyncLevel(channel),
            source: channel.resync.source,
            needs: updateNeeds(channel, { users: 1, rooms: 2 }),
            timeoutMs: longCaseMs,
            async run(kit) {
              const [here, there] = kit.rooms;
              if (here === undefined || there === undefined) throw new Error('two rooms were asked for');
              const one = await kit.joined({ name: 'in one room', user: updater(kit), room: here });
              const other = await kit.joined({ name: 'in the other', user: updater(kit), room: there });
              const before = await causeUpdate(kit, one, one);
              for (let n = 0; n < 3; n += 1) await causeUpdate(kit, other, other);
              expectSteps(kit, [before, await causeUpdate(kit, one, one)]);
            },
          },
        ],
};

export const rejectedUsesNone: Rule = {
  id: 'sequence/rejected-uses-none',
  role: 'server',
  level: 'MUST',
  sentence: 'A rejected message uses no number.',
  cases: whereSequenced(async (kit) => {
    const witness = await kit.joined({ name: 'witness', user: updater(kit) });
    const start = witness.messages.length;
    await causeUpdate(kit, witness, witness);
    let member = await kit.joined({ name: 'member', user: updater(kit) });
    for (const text of [...brokenUpdates(kit), 'not json {']) {
      await paceOn(kit, member);
      await member.send(text);
      await kit.roundTrip(member);
      // That a rejected message ends its connection is another rule's matter.
      if (member.ending !== null) member = await kit.joined({ name: 'member', user: updater(kit) });
    }
    await refusedOutside(kit);
    await causeUpdate(kit, witness, witness);
    // One that the server took after all has its number like any other: that too is another rule's matter.
    expectSteps(kit, updatesSeen(kit, witness, start));
  }),
};

/** What would be an update, had its sender joined. */
async function refusedOutside(kit: Kit): Promise<void> {
  const [trigger] = triggersOf(kit.channel);
  if (trigger === undefined || kit.room?.join == null || kit.room.joinOnOpen) return;
  const outside = await kit.connect({ name: 'outside', user: updater(kit) });
  await kit.send(outside, trigger.key, toSender(kit.channel, trigger, outside));
  await kit.roundTrip(outside);
}

/** Messages that would be updates, were they valid. */
function brokenUpdates(kit: Kit): readonly string[] {
  const sequenced = resyncOf(kit.channel).messages;
  return kit.channel.clientMessages
    .filter(({ key }) => kit.effectsOf(key).some((effect) => sequenced.includes(effect.key)))
    .flatMap(({ key }) => kit.mutations(key))
    .filter((mutation) => mutation.level === 'MUST' && !mutation.discriminator)
    .map(({ text }) => text);
}
