// The ways of being no member of the room that a message is for, and what came of a message sent from there.
import type { Channel, ClientMessage, Requirement } from '../../../scripts/model.ts';
import type { Received } from '../../harness/connection.ts';
import type { BuildOptions, Built } from '../../harness/messages.ts';
import type { ErrorSeen, Kit } from '../../kit.ts';
import { Failed, lowest } from '../../rule.ts';
import { addressed, expectTaken, isEffect, pace, roleFor, type Scene, tell } from '../validation/scene.ts';

/** `other-room`: a member of one room names another in which it is not. */
export type Way = 'never-joined' | 'left' | 'other-room';

export const wayNames: Readonly<Record<Way, string>> = {
  'never-joined': 'that has not joined',
  left: 'that has left',
  'other-room': 'that has joined another room',
};

export function membershipOf(message: ClientMessage): Requirement | null {
  return message.requires.find(({ condition }) => condition === 'membership') ?? null;
}

/** Computed from the contract; none: everyone on the address is a member. */
export function waysOutside(channel: Channel, message: ClientMessage): readonly Way[] {
  const { room } = channel;
  if (room === null || room.scope === 'channel') return [];
  const row = [room.join, room.leave].find((one) => one?.message === message.key);
  const isLeave = room.leave?.message === message.key;
  const names = row == null ? room.selector !== null : row.room !== null;
  const ways: Way[] = [];
  if (!room.joinOnOpen) ways.push('never-joined');
  if (names && (isLeave || hasPlace(message, room.selector))) ways.push('other-room');
  if (room.leave !== null) ways.push('left');
  return ways;
}

/** Whether an example shows the place, or the schema's own properties name its last step. */
function hasPlace(message: ClientMessage, place: string | null): boolean {
  const last = place?.split('/').at(-1) ?? '';
  return place !== null && JSON.stringify(message.schema).includes(`"${last}":`);
}

export interface Outside {
  readonly scene: Scene;
  readonly options: BuildOptions;
}

/** Leaving that is only a SHOULD and does not work is a warning here too: it is judged elsewhere. */
export async function goOutside(kit: Kit, message: ClientMessage, way: Way): Promise<Outside> {
  const [first, second] = kit.users;
  const role = roleFor(message);
  const user = role === null ? first! : kit.withRole(role);
  const room = way === 'other-room' ? kit.rooms[1]! : kit.rooms[0]!;
  const witness = await kit.joined({ name: 'witness', user: second!, room });
  const here = { name: `sender ${wayNames[way]}`, user, room: kit.rooms[0]! };
  const sender = way === 'never-joined' ? await kit.connect(here) : await kit.joined(here);
  if (way === 'left') await leave(kit, sender);
  await kit.quiesce([sender, witness]);
  const scene = { sender, witness, user };
  return { scene, options: { ...addressed(kit, message.key, scene), ...(way === 'other-room' ? { room } : {}) } };
}

async function leave(kit: Kit, sender: Scene['sender']): Promise<void> {
  const row = kit.room?.leave ?? null;
  const message = kit.channel.clientMessages.find(({ key }) => key === row?.message);
  try {
    await kit.leave(sender);
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    const level = lowest(row?.level ?? 'MUST', message?.level ?? 'MUST');
    throw new Failed(error.expected, error.observed, { reason: 'cannot-leave', level });
  }
}

/** The control: the same message from a member of that room is taken. */
export async function expectMemberTaken(kit: Kit, message: ClientMessage, { scene, options }: Outside): Promise<void> {
  const room = scene.witness.room ?? undefined;
  const member = await kit.joined({ name: 'member', user: scene.user, ...(room === undefined ? {} : { room }) });
  const inside: Scene = { ...scene, sender: member };
  await kit.quiesce([member, scene.witness]);
  const told = await tell(
    kit,
    inside,
    kit.message(message.key, { ...options, ...(room === undefined ? {} : { room }) }),
  );
  expectTaken(inside, told, `${message.type} from a member`, message.level);
  await member.close();
  await kit.quiesce([scene.sender, scene.witness]);
}

export interface Refusal {
  readonly sent: Built;
  readonly error: ErrorSeen | null;
  readonly effects: readonly { readonly on: string; readonly message: Received }[];
}

/** Sends a valid message that must be refused. Leaves empty inboxes. */
export async function sendRefused(kit: Kit, scene: Scene, sent: Built): Promise<Refusal> {
  const connections = [scene.sender, scene.witness];
  for (const connection of connections) connection.clearInbox();
  await pace(kit, 5);
  await scene.sender.send(sent.text);
  const error = await kit.errorFor(scene.sender, sent);
  await kit.fence(connections);
  const effects = connections.flatMap((connection) =>
    connection.inbox
      .filter((message) => isEffect(kit, message, sent.key))
      .map((message) => ({ on: connection.name, message })),
  );
  for (const connection of connections) connection.clearInbox();
  return { sent, error, effects };
}
