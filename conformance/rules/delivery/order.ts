// Rules about order: all members of a room see one order, and what one sender said in the order in which it was said.
import type { Channel, Level } from '../../../scripts/model.ts';
import type { Connection } from '../../harness/connection.ts';
import type { Built } from '../../harness/messages.ts';
import type { Kit } from '../../kit.ts';
import { Failed, lowest, type Rule } from '../../rule.ts';
import { longCaseMs } from '../validation/scene.ts';
import { heard, type Speech, say, speeches } from './speaking.ts';

/** Messages of each sender: enough for two tasks to overtake each other, few enough for a burst. */
const rounds = 12;

interface Conversation {
  readonly members: readonly Connection[];
  /** By sender, in the order sent. */
  readonly said: readonly (readonly Built[])[];
  /** By member, markers in the order heard. */
  readonly heard: readonly (readonly string[])[];
  /** That of what was said: a server may not know it. The order of what it relays is given. */
  readonly level: Level;
}

/** Three members talk at the same time, each through all the types there are, and a fourth listens. */
async function converse(kit: Kit): Promise<Conversation> {
  const all = speeches(kit.contract, kit.channel);
  // As fast as can be, where the rate limit has room for it.
  const isFree = (kit.channel.limits.rate?.burst ?? Number.POSITIVE_INFINITY) >= 2 * rounds;
  const party = await kit.party(
    Object.fromEntries(kit.users.slice(0, 4).map((user, index) => [`member ${index + 1}`, { user }])),
  );
  const members = Object.values(party);
  const from = members.map((member) => member.messages.length);
  const speakers = members.slice(0, 3);
  const said = await Promise.all(
    speakers.map(async (speaker) => {
      const own: Built[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const speech = all[round % all.length]!;
        own.push(await (isFree ? kit.send(speaker, speech.message.key) : say(kit, speaker, speech)));
      }
      return own;
    }),
  );
  const everything = said.flat();
  const ofMember = (member: Connection, index: number) => heard(member, from[index] ?? 0, everything);
  for (const [index, member] of members.entries()) {
    await member.until(
      () => member.ending !== null || ofMember(member, index).length >= everything.length,
      kit.patienceMs,
    );
  }
  return { members, said, heard: members.map(ofMember), level: levelOf(all[0]) };
}

function levelOf(speech: Speech | undefined): Level {
  return lowest(speech?.message.level ?? 'MUST', speech?.effect.level ?? 'MUST');
}

function perChannel(run: (kit: Kit, conversation: Conversation) => void): Rule['cases'] {
  return (contract, channel: Channel) => {
    const [first] = speeches(contract, channel);
    if (first === undefined) return [];
    return [
      {
        channel: channel.name,
        level: 'MUST',
        source: first.effect.delivery?.source ?? first.effect.source,
        needs: { users: 2, moreUsers: 2 },
        timeoutMs: longCaseMs,
        async run(kit) {
          run(kit, await converse(kit));
        },
      },
    ];
  };
}

/** The first place at which two lists differ, with what stands there. */
function difference(left: readonly string[], right: readonly string[]): string | null {
  const length = Math.max(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    if (left[index] !== right[index])
      return `number ${index + 1} is ${left[index] ?? 'nothing'} for the one and ${right[index] ?? 'nothing'} for the other`;
  }
  return null;
}

export const sameOrder: Rule = {
  id: 'delivery/same-order',
  level: 'MUST',
  role: 'server',
  sentence: 'All members of a room see its messages in one and the same order, however many speak at once.',
  cases: perChannel((_kit, { members, heard: lists, said, level }) => {
    const count = said.flat().length;
    for (const [index, list] of lists.entries()) {
      const name = members[index]?.name;
      if (list.length !== count) {
        const reason = list.length < count ? 'lost' : 'duplicate';
        const lowered = reason === 'lost' ? { level } : {};
        throw new Failed(`${count} messages on ${name}`, `${list.length}`, { reason, ...lowered });
      }
      const wrong = difference(lists[0] ?? [], list);
      if (wrong !== null)
        throw new Failed(`one order on ${members[0]?.name} and ${name}`, wrong, { reason: 'wrong-order' });
    }
  }),
};

export const senderOrder: Rule = {
  id: 'delivery/sender-order',
  level: 'MUST',
  role: 'server',
  sentence: 'What one sender says is seen by every member in the order in which it was said, whatever its types.',
  cases: perChannel((_kit, { members, heard: lists, said, level }) => {
    for (const [index, list] of lists.entries()) {
      for (const own of said) {
        const wanted = own.flatMap(({ marker }) => (marker === null ? [] : [marker]));
        const got = list.filter((marker) => wanted.includes(marker));
        // Lost and doubled ones are judged by other rules; here the order of those that came.
        const order = wanted.filter((marker) => got.includes(marker));
        if (order.length === 0)
          throw new Failed(`messages on ${members[index]?.name}`, 'none', { reason: 'lost', level });
        const wrong = difference(order, [...new Set(got)]);
        if (wrong !== null) {
          throw new Failed(`the order sent, on ${members[index]?.name}`, wrong, { reason: 'wrong-order' });
        }
      }
    }
  }),
};
