// Presence as the wire tells it: which messages say that a user came or went, told apart by what the contract says.
import type { Channel, Level, Presence } from '../../../scripts/model.ts';
import type { Connection, Received } from '../../harness/connection.ts';
import { brief, sameJson, valueAt } from '../../harness/pointer.ts';
import type { User } from '../../harness/users.ts';
import type { Kit } from '../../kit.ts';
import { Failed, lowest, type Needs, type Rule } from '../../rule.ts';

export type Change = 'joined' | 'left';

export function presenceOf(channel: Channel): Presence {
  const presence = channel.room?.presence ?? null;
  if (presence === null) throw new Error(`channel ${channel.name} has no presence`);
  return presence;
}

/** Messages about that user's coming or going which a connection got after a position. */
export function told(kit: Kit, connection: Connection, change: Change, about: User, from: number): readonly Received[] {
  const presence = presenceOf(kit.channel);
  const { message, match } = presence[change];
  return connection.since(from, message).filter((received) => {
    const fits = match.every(({ pointer, value }) => sameJson(valueAt(received.value, pointer), value));
    const who = presence.user === null ? undefined : valueAt(received.value, presence.user);
    return fits && (presence.user === null || about.id === '' || String(who) === about.id);
  });
}

/** Waits until the connection was told, and fails where it was not, or was told more than once. */
export async function expectTold(
  kit: Kit,
  connection: Connection,
  change: Change,
  about: User,
  from: number,
): Promise<Received> {
  const { message } = presenceOf(kit.channel)[change];
  const seen = () => told(kit, connection, change, about, from);
  await connection.until(() => seen().length > 0 || connection.ending !== null, kit.patienceMs);
  await kit.fence([connection]);
  const [first, ...more] = seen();
  const what = `one ${message} about ${about.id} on ${connection.name}`;
  if (first === undefined) throw new Failed(what, connection.describe(), { reason: 'missing' });
  if (more.length > 0) throw new Failed(what, `${more.length + 1} of them`, { reason: 'duplicate' });
  const expected = kit.expected(message, {
    user: about,
    sent: null,
    on: change === 'joined' ? 'join' : 'leave',
    room: connection.room,
  });
  const wrong = expected.mismatch(first.value);
  if (wrong !== '') {
    const level = expected.level(first.value);
    throw new Failed(`what the contract says of ${message}`, wrong, { reason: 'content', level });
  }
  return first;
}

/** Fails where the connection was told of it. */
export async function expectNotTold(
  kit: Kit,
  connection: Connection,
  change: Change,
  about: User,
  from: number,
): Promise<void> {
  await kit.fence([connection]);
  const seen = told(kit, connection, change, about, from);
  if (seen.length === 0) return;
  const { message } = presenceOf(kit.channel)[change];
  const observed = brief(seen.map((received) => received.value));
  throw new Failed(`no ${message} about ${about.id} on ${connection.name}`, observed, { reason: 'leaked' });
}

/** A connection that is there first, and the user whose coming and going it is told of. */
export interface Scene {
  readonly watcher: Connection;
  readonly visitor: User;
}

export interface PresenceOptions {
  /** The message that the case is about. */
  readonly change: Change;
  readonly level?: (channel: Channel) => Level;
  readonly applies?: (channel: Channel) => boolean;
}

/** One case for each channel with presence. */
export function wherePresence(run: (kit: Kit, scene: Scene) => Promise<void>, options: PresenceOptions): Rule['cases'] {
  const needs: Needs = { users: 2 };
  return (_contract, channel) => {
    const presence = channel.room?.presence ?? null;
    if (presence === null || options.applies?.(channel) === false) return [];
    const message = channel.serverMessages.find((one) => one.key === presence[options.change].message);
    return [
      {
        channel: channel.name,
        ...(message === undefined ? {} : { message: message.type }),
        level: lowest(presence.level, message?.level ?? 'MUST', options.level?.(channel) ?? 'MUST'),
        source: presence.source,
        needs,
        async run(kit) {
          const [first, visitor] = kit.users;
          if (first === undefined || visitor === undefined) throw new Error('two users were asked for');
          const party = await kit.party({ watcher: { user: first } });
          if (party.watcher === undefined) throw new Error('the party has a watcher');
          await run(kit, { watcher: party.watcher, visitor });
        },
      },
    ];
  };
}
