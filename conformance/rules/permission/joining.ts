// Rules about rooms that may not be joined: another than the address's, and one that the user may not enter.
import type { Channel, ClientMessage, ErrorCondition, Level } from '../../../scripts/model.ts';
import type { Connection } from '../../harness/connection.ts';
import { brief } from '../../harness/pointer.ts';
import type { Kit } from '../../kit.ts';
import { Failed, lowest, type Needs, type Rule } from '../../rule.ts';
import { longCaseMs, probeOf, type Scene, tell } from '../validation/scene.ts';
import { sendRefused } from './outside.ts';
import { answered, coded, type Judgement, withoutEffect } from './refusals.ts';

interface JoinRow {
  readonly message: ClientMessage;
  readonly level: Level;
  readonly error: ErrorCondition;
}

function joinMessage(channel: Channel): ClientMessage | null {
  return channel.clientMessages.find(({ key }) => key === channel.room?.join?.message) ?? null;
}

function mismatchRow(channel: Channel): JoinRow | null {
  const row = channel.room?.join;
  const message = joinMessage(channel);
  if (!row?.onlyAddress || row.room === null || message === null) return null;
  const isDecided = row.should?.includes('onlyAddress') === true;
  return { message, error: 'room-mismatch', level: lowest(row.level, message.level, isDecided ? 'SHOULD' : 'MUST') };
}

function forbiddenRow(channel: Channel): JoinRow | null {
  const row = channel.room?.join;
  const message = joinMessage(channel);
  if (row?.refused == null || row.room === null || message === null) return null;
  return { message, error: row.refused.error, level: lowest(row.level, row.refused.level, message.level) };
}

function joining(
  id: Rule['id'],
  sentence: string,
  judgement: Judgement,
  rowOf: (channel: Channel) => JoinRow | null,
  needs: Needs,
  run: (kit: Kit, row: JoinRow) => Promise<void>,
): Rule {
  return {
    id,
    level: 'MUST',
    role: 'server',
    sentence,
    cases: (_contract, channel) => {
      const row = rowOf(channel);
      if (row === null || !judgement.applies(channel, row.error)) return [];
      const source = channel.room?.join?.source ?? channel.source;
      const level = judgement.level(channel, row);
      return [
        {
          channel: channel.name,
          message: row.message.type,
          level,
          source,
          needs,
          timeoutMs: longCaseMs,
          run: (kit) => run(kit, row),
        },
      ];
    },
  };
}

/** Asks to join the room, from a member of the address's own; the control is that the address's room may be joined. */
async function askToJoin(kit: Kit, row: JoinRow, room: string, witness: Connection) {
  const sender = await kit.joined({ name: 'sender' });
  await kit.quiesce([sender, witness]);
  const scene: Scene = { sender, witness, user: kit.users[0]! };
  const own = await tell(kit, scene, kit.message(row.message.key, { room: kit.rooms[0]! }));
  if (own.error !== undefined) {
    throw new Failed("joining the address's room is taken", brief(own.error.value), {
      reason: 'rejected',
      level: row.level,
    });
  }
  // A server that sends errors whatever one does has refused nothing by the next one.
  const unasked = sender.messages.find((message) => message.key !== null && message.key === kit.channel.error?.message);
  if (unasked !== undefined) {
    const what = 'no error before anything was wrong';
    throw new Failed(what, brief(unasked.value), { reason: 'unasked', level: row.level });
  }
  return { scene, refusal: await sendRefused(kit, scene, kit.message(row.message.key, { room })) };
}

function mismatching(judgement: Judgement): (kit: Kit, row: JoinRow) => Promise<void> {
  return async (kit, row) => {
    const there = kit.rooms[1]!;
    const member = await kit.joined({ name: 'member of the other room', user: kit.users[1]!, room: there });
    const { scene, refusal } = await askToJoin(kit, row, there, member);
    judgement.judge(kit, refusal, `${row.message.type} for another room than the address's`, row);
    if (judgement !== withoutEffect) return;
    await expectUnheard(kit, scene, member, refusal.error === null ? row.level : 'MUST');
  };
}

/** What is said in the other room does not reach the one who may not be in it. */
async function expectUnheard(kit: Kit, scene: Scene, member: Connection, level: Level): Promise<void> {
  const probe = probeOf(kit.channel);
  if (probe === null) return;
  const from = scene.sender.messages.length;
  await tell(
    kit,
    { sender: member, witness: member, user: kit.users[1]! },
    kit.message(probe.key, { room: member.room! }),
  );
  await kit.fence([scene.sender, member]);
  const keys = kit.effectsOf(probe.key).map(({ key }) => key);
  const heard = scene.sender.since(from).find((message) => message.key !== null && keys.includes(message.key));
  if (heard === undefined) return;
  throw new Failed('nothing of a room that was not joined', brief(heard.value), { reason: 'had-effect', level });
}

/** The control: who takes nothing at all has not kept anybody out. */
async function expectHeard(kit: Kit, scene: Scene, probe: ClientMessage, level: Level): Promise<void> {
  const members = [scene.sender, scene.witness];
  const from = members.map(({ messages }) => messages.length);
  await tell(kit, scene, kit.message(probe.key, { room: kit.rooms[0]! }));
  await kit.fence(members);
  const keys = kit.effectsOf(probe.key).map(({ key }) => key);
  const isHeard = members.some((one, index) =>
    one.since(from[index]!).some(({ key }) => key !== null && keys.includes(key)),
  );
  if (isHeard) return;
  throw new Failed("what is said in the address's room is heard there", scene.witness.describe(), {
    reason: 'missing',
    level,
  });
}

function forbidding(judgement: Judgement): (kit: Kit, row: JoinRow) => Promise<void> {
  return async (kit, row) => {
    const forbidden = kit.forbiddenRoom();
    const witness = await kit.joined({ name: 'witness', user: kit.users[1]! });
    const { scene, refusal } = await askToJoin(kit, row, forbidden, witness);
    judgement.judge(kit, refusal, `${row.message.type} for a room that the user may not enter`, row);
    const probe = probeOf(kit.channel);
    if (judgement !== withoutEffect || probe === null) return;
    await expectHeard(kit, scene, probe, row.level);
    if (kit.channel.room?.selector == null) return;
    // Had it joined after all, its own words there would come back to it.
    const said = await sendRefused(kit, scene, kit.message(probe.key, { room: forbidden }));
    judgement.judge(kit, said, `${probe.type} in a room that the user may not enter`, { ...row, level: 'MUST' });
  };
}

const twoRooms: Needs = { users: 2, rooms: 2 };
const closed: Needs = { users: 2, forbiddenRoom: true };

export const joiningRules: readonly Rule[] = [
  joining(
    'permission/room-mismatch-refused',
    "Joining another room than the address's is answered with an error.",
    answered,
    mismatchRow,
    twoRooms,
    mismatching(answered),
  ),
  joining(
    'permission/room-mismatch-code',
    "The error that answers joining another room than the address's has the code for it.",
    coded,
    mismatchRow,
    twoRooms,
    mismatching(coded),
  ),
  joining(
    'permission/room-mismatch-no-effect',
    "Joining another room than the address's, where it is refused, joins nothing.",
    withoutEffect,
    mismatchRow,
    twoRooms,
    mismatching(withoutEffect),
  ),
  joining(
    'permission/join-forbidden-refused',
    'Joining a room that the user may not enter is answered with an error.',
    answered,
    forbiddenRow,
    closed,
    forbidding(answered),
  ),
  joining(
    'permission/join-forbidden-code',
    'The error that answers joining a room that the user may not enter has the code that the contract names.',
    coded,
    forbiddenRow,
    closed,
    forbidding(coded),
  ),
  joining(
    'permission/join-forbidden-no-effect',
    'Joining a room that the user may not enter joins nothing.',
    withoutEffect,
    forbiddenRow,
    closed,
    forbidding(withoutEffect),
  ),
];
