// How a sequenced update is caused: by a client message that the contract lets trigger one, else by the server's own code.
import type { Channel, ClientMessage, Level, Resync, ServerMessage } from '../../../scripts/model.ts';
import type { Connection, Received } from '../../harness/connection.ts';
import type { BuildOptions } from '../../harness/messages.ts';
import { valueAt } from '../../harness/pointer.ts';
import type { User } from '../../harness/users.ts';
import type { Kit } from '../../kit.ts';
import { Failed, type Lane, lowest, type Needs, NotTestable } from '../../rule.ts';
import { paceOn, roleFor } from '../validation/scene.ts';

/** A client message that makes a sequenced update, the surest first: a MUST before a SHOULD, and what needs no role before what does. */
export function triggersOf(channel: Channel): readonly ClientMessage[] {
  const sequenced = new Set(channel.resync?.messages ?? []);
  const caused = channel.serverMessages
    .filter((message) => sequenced.has(message.key))
    .flatMap((message) => message.triggers);
  const keys = new Set(caused.map((trigger) => (trigger.on === 'message' ? trigger.message : null)));
  return channel.clientMessages
    .filter((message) => keys.has(message.key))
    .sort((left, right) => doubtOf(left) - doubtOf(right));
}

function doubtOf(message: ClientMessage): number {
  return (message.level === 'SHOULD' ? 2 : 0) + (roleFor(message) === null ? 0 : 1);
}

function updaterRole(channel: Channel): string | null {
  return roleFor(triggersOf(channel)[0] ?? null);
}

/** With the role of whoever makes the updates. */
export function updateNeeds(channel: Channel, needs: Needs): Needs {
  const role = updaterRole(channel);
  return role === null ? needs : { ...needs, roles: [...(needs.roles ?? []), role] };
}

/** Users who make updates of one sequence: of a room's or channel's all different where no role is needed, of a user's that user. */
export function updaters(kit: Kit, count: number): readonly User[] {
  const role = updaterRole(kit.channel);
  const isOne = role !== null || resyncOf(kit.channel).scope === 'user';
  return Array.from({ length: count }, (_, index) =>
    role === null ? kit.users[isOne ? 0 : index]! : kit.withRole(role),
  );
}

/** The user who makes the updates, and sees them. */
export function updater(kit: Kit): User {
  return updaters(kit, 1)[0]!;
}

/** Whose connection sees the same updates: another user, where the sequence is not a user's own. */
export function follower(kit: Kit): User {
  return resyncOf(kit.channel).scope === 'user' ? updater(kit) : (kit.users[1] ?? kit.users[0]!);
}

/** Whether nothing of the sequence can be there yet. */
export function isFreshSequence(kit: Kit): boolean {
  return kit.roomsAreFresh && resyncOf(kit.channel).scope === 'room';
}

/** One sequence for rooms that other cases use at the same time needs the channel to itself. */
export function sequenceLane({ resync, room }: Channel): { readonly lane?: Lane } {
  return resync?.scope === 'channel' && room?.scope === 'room' ? { lane: 'exclusive' } : {};
}

/** The channel's resync rules, in a case of a rule that applies only where there are some. */
export function resyncOf(channel: Channel): Resync {
  if (channel.resync === null) throw new Error(`channel ${channel.name} has no resync`);
  return channel.resync;
}

export function resyncLevel(channel: Channel, ...others: readonly Level[]): Level {
  return lowest(resyncOf(channel).level, ...others);
}

/** The number of a sequenced message or a snapshot; undefined where it has none. */
export function numberOf(kit: Kit, message: Received): unknown {
  const { sequence, snapshot } = resyncOf(kit.channel);
  return valueAt(message.value, snapshot?.message === message.key ? snapshot.sequence : sequence);
}

/** Sequenced messages that came to a connection, those of the suite's fences too: they use numbers like any other. */
export function updatesSeen(kit: Kit, connection: Connection, from = 0): readonly Received[] {
  const sequenced = new Set(resyncOf(kit.channel).messages);
  return connection.messages.slice(from).filter((message) => message.key !== null && sequenced.has(message.key));
}

/** Sends one update into the room and gives it as the witness, a joined connection, saw it. */
export async function causeUpdate(kit: Kit, sender: Connection, witness: Connection, text?: string): Promise<Received> {
  const from = witness.messages.length;
  await sendUpdate(kit, sender, text);
  return await nextUpdate(kit, witness, from, 0);
}

/** Waits for the n-th update (from 0) that comes to a connection after a position. */
export async function nextUpdate(kit: Kit, witness: Connection, from: number, n: number): Promise<Received> {
  const arrived = () => updatesSeen(kit, witness, from).length > n;
  await witness.until(() => arrived() || witness.ending !== null, kit.patienceMs);
  const update = updatesSeen(kit, witness, from)[n];
  if (update !== undefined) return update;
  const decided = !kit.hasHook('publish') && triggersOf(kit.channel)[0]?.level === 'SHOULD';
  if (decided) {
    throw new NotTestable('No client message that this server answers causes a sequenced update.', 'hooks.publish');
  }
  throw new Failed(`a sequenced update on ${witness.name}`, witness.describe(), { reason: 'missing' });
}

/** Causes an update without waiting for it. */
export async function sendUpdate(kit: Kit, sender: Connection, text?: string): Promise<void> {
  const trigger = triggersOf(kit.channel)[0];
  if (trigger !== undefined && (trigger.level === 'MUST' || !kit.hasHook('publish'))) {
    await paceOn(kit, sender);
    const marked = text === undefined ? {} : { marker: text };
    await kit.send(sender, trigger.key, { ...marked, ...toSender(kit.channel, trigger, sender) });
    return;
  }
  const published = publishable(kit.channel)[0];
  if (published === undefined)
    throw new NotTestable('The contract names nothing that causes a sequenced update.', 'hooks.publish');
  await publishUpdate(kit, published.key, sender);
}

/** Lets the server's own code send one that reaches the connection. */
export async function publishUpdate(kit: Kit, key: string, { room, user }: Connection): Promise<void> {
  const isUser = kit.serverMessage(key).delivery?.to === 'user';
  await kit.publish(key, isUser ? { users: [user?.id ?? ''] } : room === null ? {} : { room });
}

/** Where the update goes to a user whom the message names: the sender itself. */
export function toSender({ serverMessages }: Channel, { key }: ClientMessage, { user }: Connection): BuildOptions {
  for (const { triggers } of serverMessages) {
    for (const trigger of triggers) {
      if (trigger.on === 'message' && trigger.message === key && trigger.user !== null && user !== null)
        return { with: { [trigger.user]: user.id } };
    }
  }
  return {};
}

/** Sequenced messages that the server's own code sends. */
export function publishable(channel: Channel): readonly ServerMessage[] {
  const sequenced = new Set(channel.resync?.messages ?? []);
  return channel.serverMessages.filter(
    (message) => sequenced.has(message.key) && message.triggers.some((trigger) => trigger.on === 'server'),
  );
}
