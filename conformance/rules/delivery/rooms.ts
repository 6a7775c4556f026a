// Rules about who is in a room: names that look alike are different rooms, and joining twice is being there once.
import type { Channel, ClientMessage, Contract } from '../../../scripts/model.ts';
import type { Connection } from '../../harness/connection.ts';
import { brief } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import { type Case, Failed, lowest, type Needs, type Rule } from '../../rule.ts';
import { longCaseMs, roleFor } from '../validation/scene.ts';
import { heard, type Speech, say, speeches } from './speaking.ts';

const hasRooms = (channel: Channel) => channel.room?.scope === 'room';

function perRoomChannel(
  applies: (channel: Channel) => boolean,
  needs: Needs,
  run: (kit: Kit, speech: Speech) => Promise<void>,
): Rule['cases'] {
  return (contract, channel): readonly Case[] => {
    // Of rooms only what goes to one room tells.
    const speech = speeches(contract, channel).find(
      ({ effect }) => !hasRooms(channel) || effect.delivery?.to === 'room',
    );
    if (speech === undefined || !applies(channel)) return [];
    return [
      {
        channel: channel.name,
        // Who hears it is given, even where that it may be said was decided: only silence is of the lower level then.
        level: 'MUST',
        source: channel.room?.source ?? channel.source,
        needs,
        timeoutMs: longCaseMs,
        run: (kit) => run(kit, speech),
      },
    ];
  };
}

/** Waits until a connection heard it, and fails where it did not: with the level of the message, which the server may not know. */
async function expectHeard(
  kit: Kit,
  connection: Connection,
  from: number,
  said: Parameters<typeof heard>[2],
  { message, effect }: Speech,
): Promise<void> {
  await connection.until(
    () => connection.ending !== null || heard(connection, from, said).length >= said.length,
    kit.patienceMs,
  );
  if (heard(connection, from, said).length > 0) return;
  throw new Failed(`${connection.name} hears what is said in its room`, connection.describe(), {
    reason: 'missing',
    level: lowest(message.level, effect.level),
  });
}

export const roomsIsolated: Rule = {
  id: 'delivery/rooms-isolated',
  level: 'MUST',
  role: 'server',
  sentence:
    "Rooms whose names differ only in case or punctuation, or begin or end alike, never receive one another's messages.",
  cases: perRoomChannel(hasRooms, { users: 1, rooms: 2 }, async (kit, speech) => {
    const [room, second] = kit.rooms;
    const alike = kit.lookAlikes(room!);
    const rooms = [room!, ...(alike.length === 0 ? [second!] : alike)];
    const members: Connection[] = [];
    for (const one of rooms) members.push(await kit.joined({ name: `member of ${one}`, room: one }));
    const listener = await kit.joined({ name: `another member of ${room}`, room: room! });
    await kit.quiesce([...members, listener]);
    const from = members.map((member) => member.messages.length);
    for (const [index, speaker] of members.entries()) {
      const said = await say(kit, speaker, speech);
      await expectHeard(kit, speaker, from[index] ?? 0, [said], speech);
      // What comes back to its speaker may be no more than an echo.
      if (index === 0) await expectHeard(kit, listener, 0, [said], speech);
      await kit.fence(members);
      for (const [place, other] of members.entries()) {
        if (other === speaker || heard(other, from[place] ?? 0, [said]).length === 0) continue;
        throw new Failed(`nothing of room ${rooms[index]} in room ${rooms[place]}`, other.describe(), {
          reason: 'leaked',
        });
      }
    }
  }),
};

export const unjoinedGetsNothing: Rule = {
  id: 'delivery/unjoined-gets-nothing',
  level: 'MUST',
  role: 'server',
  sentence: 'A connection that has not joined gets nothing of the room of its address.',
  cases: perRoomChannel(
    (channel) => hasRooms(channel) && channel.room?.joinOnOpen === false,
    { users: 2 },
    async (kit, speech) => {
      const member = await kit.joined({ name: 'member' });
      const waiting = await kit.connect({ name: 'not joined', user: kit.users[1] ?? null });
      const [from, since] = [member.messages.length, waiting.messages.length];
      const said = await say(kit, member, speech);
      await expectHeard(kit, member, from, [said], speech);
      await kit.fence([member, waiting]);
      if (heard(waiting, since, [said]).length === 0) return;
      throw new Failed('nothing of a room that was not joined', waiting.describe(), { reason: 'leaked' });
    },
  ),
};

export const joinedTwice: Rule = {
  id: 'delivery/joined-twice-gets-once',
  level: 'MUST',
  role: 'server',
  sentence: 'A connection that joined again gets each message of the room once.',
  cases: perRoomChannel(
    (channel) => hasRooms(channel) && channel.room?.join != null,
    { users: 1 },
    async (kit, speech) => {
      const member = await kit.joined({ name: 'member' });
      const other = await kit.joined({ name: 'another member' });
      const join = kit.room?.join?.message ?? '';
      for (let again = 0; again < 2; again += 1) {
        await kit.send(member, join, kit.room?.join?.room === null ? {} : { room: kit.rooms[0]! });
      }
      await kit.roundTrip(member);
      for (const speaker of [member, other]) {
        const from = member.messages.length;
        const said = await say(kit, speaker, speech);
        await expectHeard(kit, member, from, [said], speech);
        await kit.fence([member]);
        const count = heard(member, from, [said]).length;
        if (count === 1) continue;
        throw new Failed(`what ${speaker.name} says, once`, `${count} times`, { reason: 'duplicate' });
      }
    },
  ),
};

export const leftAndBack: Rule = {
  id: 'delivery/left-and-back-gets-once',
  level: 'MUST',
  role: 'server',
  sentence: 'A connection that left gets nothing more of the room, and each message once when it is back.',
  cases: (contract, channel) =>
    perRoomChannel(
      (one) => hasRooms(one) && one.room?.leave != null && one.room.join !== null,
      { users: 2 },
      async (kit, speech) => {
        const [first, second] = kit.users;
        const party = await kit.party({ speaker: { user: first! }, leaver: { user: second! } });
        const { speaker, leaver } = party as { speaker: Connection; leaver: Connection };
        await kit.leave(leaver);
        await kit.quiesce([speaker, leaver]);
        const from = leaver.messages.length;
        const missed = await say(kit, speaker, speech);
        await expectHeard(kit, speaker, 0, [missed], speech);
        await kit.fence([speaker, leaver]);
        if (heard(leaver, from, [missed]).length > 0) {
          throw new Failed('nothing of a room that was left', leaver.describe(), { reason: 'leaked' });
        }
        await kit.send(
          leaver,
          kit.room?.join?.message ?? '',
          kit.room?.join?.room === null ? {} : { room: kit.rooms[0]! },
        );
        await kit.roundTrip(leaver);
        leaver.joinedRooms.add(kit.rooms[0] ?? '');
        const said = await say(kit, speaker, speech);
        await expectHeard(kit, leaver, from, [said], speech);
        await kit.fence([speaker, leaver]);
        const count = heard(leaver, from, [said]).length;
        if (count !== 1) throw new Failed('the message once', `${count} times`, { reason: 'duplicate' });
      },
    )(contract, channel).map((one) => {
      const { leave, join } = channel.room ?? {};
      const levels = channel.clientMessages
        .filter(({ key }) => key === leave?.message || key === join?.message)
        .map(({ level }) => level);
      return { ...one, level: lowest(one.level, leave?.level ?? 'MUST', join?.level ?? 'MUST', ...levels) };
    }),
};

export const othersAfterEnd: Rule = {
  id: 'delivery/others-served-after-abrupt-end',
  level: 'MUST',
  role: 'server',
  sentence: 'A connection that ends without a word, in the midst of messages, costs the others of its room nothing.',
  cases: (contract, channel) => [...afterAnyEnd(contract, channel), ...afterEndOfRole(contract, channel)],
};

const afterAnyEnd = perRoomChannel(
  () => true,
  { users: 2, moreUsers: 2 },
  async (kit, speech) => {
    const party = await kit.party(
      Object.fromEntries(
        [...kit.users, ...kit.users].slice(0, 4).map((user, index) => [`member ${index + 1}`, { user }]),
      ),
    );
    const [speaker, ...others] = Object.values(party) as [Connection, ...Connection[]];
    const from = [speaker, ...others].map((member) => member.messages.length);
    const said = [await say(kit, speaker, speech)];
    others[0]?.terminate();
    for (let count = 0; count < 5; count += 1) said.push(await say(kit, speaker, speech));
    const left = [speaker, ...others.slice(1)];
    for (const member of left) {
      const start = from[[speaker, ...others].indexOf(member)] ?? 0;
      await expectHeard(kit, member, start, said, speech);
      const got = heard(member, start, said);
      const wanted = said.map(({ marker }) => marker);
      if (brief(got) === brief(wanted)) continue;
      const reason = got.length < wanted.length ? 'lost' : got.length > wanted.length ? 'duplicate' : 'wrong-order';
      throw new Failed(`${brief(wanted)} on ${member.name}`, brief(got), { reason });
    }
  },
);

/** The same for whoever has a role: a room goes on without the one who leads it. Named by the first message that takes the role. */
function afterEndOfRole(contract: Contract, channel: Channel): readonly Case[] {
  const led = new Map<string, ClientMessage>();
  for (const message of channel.clientMessages) {
    const role = roleFor(message);
    if (role !== null && !led.has(role)) led.set(role, message);
  }
  return [...led].flatMap(([role, { type }]) =>
    perRoomChannel(hasRooms, { users: 2, roles: [role] }, (kit, speech) => goesOnWithout(kit, speech, role))(
      contract,
      channel,
    ).map((one) => ({ ...one, message: type })),
  );
}

async function goesOnWithout(kit: Kit, speech: Speech, role: string): Promise<void> {
  const [first, second] = kit.users;
  const party = await kit.party({
    [`the ${role}`]: { user: kit.withRole(role) },
    speaker: { user: first! },
    listener: { user: second! },
  });
  const [leader, ...left] = Object.values(party) as [Connection, Connection, Connection];
  const from = left.map((member) => member.messages.length);
  leader.terminate();
  // By then the server has seen the end; a server that does not tell of it gets the time for it.
  const told = kit.room?.presence?.left.message ?? null;
  const [speaker] = left;
  await speaker.until(
    () => speaker.ending !== null || speaker.messages.slice(from[0]).some(({ key }) => key === told),
    told === null ? kit.clock.delivery.max * 3 : kit.patienceMs,
  );
  const said = await say(kit, speaker, speech);
  for (const [index, member] of left.entries()) {
    await expectHeard(kit, member, from[index] ?? 0, [said], speech);
  }
}
