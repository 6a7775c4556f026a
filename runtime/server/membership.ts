// Joining and leaving rooms: subscriptions, presence sets, the handlers' words, and who is told.

import type { CoreContext } from './core.ts';
import { fillMessage } from './fill.ts';
import type { Hub } from './hub.ts';
import { writeAt } from './pointer.ts';
import { refuse } from './refusal.ts';
import { makeSnapshot } from './resync.ts';
import type { Member, PresenceChange, Publication } from './seam.ts';
import type { Session } from './session.ts';
import type { PresenceMessageTable } from './table.ts';
import { roomOfTopic, roomTopic } from './topics.ts';

type Change = 'joined' | 'left';

const unavailable = () => refuse('unavailable', 'The service cannot take this at the moment; nothing was accepted.');

/** The presence message of the contract: the handlers' own, or the template with the user and what tells it apart. */
const presenceMessage = (
  hub: Hub,
  change: Change,
  row: PresenceMessageTable,
  member: Member,
  room: string,
): unknown => {
  const own = hub.handlers.presence?.[change](member, room);
  let message = own;
  if (message === undefined) {
    const entry = hub.table.server[row.type];
    const values = { message: undefined, user: member.user, room, now: hub.seam.clock.now() };
    const fields = (change === 'joined' ? entry?.onJoin : entry?.onLeave) ?? [];
    message = fillMessage(entry?.template ?? {}, fields, values, entry?.numbers);
    const place = hub.table.room?.presence?.user;
    if (place) {
      message = fillMessage(message, [{ target: place, source: { from: 'user-id' } }], values, entry?.numbers);
    }
  }
  for (const { pointer, value } of row.match) message = writeAt(message, pointer, value);
  return message;
};

type Cause = NonNullable<Publication['cause']>;

const causeOf = ({ facts }: Session): Cause => ({ connection: facts.id, user: facts.user.id });

const tell = async (hub: Hub, change: Change, cause: Cause, room: string, member: Member): Promise<void> => {
  const presence = hub.table.room?.presence;
  if (!presence) return;
  const row = presence[change];
  const message = presenceMessage(hub, change, row, member, room);
  const word = hub.table.server[row.type]?.delivery ?? 'room';
  if (word === 'others' || word === 'other-users') await hub.publisher.send(message, { to: word, room, cause });
  else if (word === 'everyone') await hub.publisher.send(message, { to: word });
  else await hub.publisher.send(message, { to: 'room', room });
};

const enterRoom = async (hub: Hub, session: Session, room: string, data: unknown) => {
  // Most handlers have no words: one text for all of them.
  const words = data === undefined || data === null ? 'null' : JSON.stringify(data);
  const member = { user: session.facts.user, data: words, at: hub.seam.clock.now() };
  const topic = roomTopic(hub.table.name, room);
  try {
    await hub.topics.add(topic, session);
    const entered = await hub.seam.engine.join(topic, session.facts.id, member);
    session.rooms.add(room);
    return entered;
  } catch {
    hub.topics.remove(topic, session);
    throw unavailable();
  }
};

/** Joins a connection to a room, answers it, and tells the others where it is news. Joining again only answers.
 * `withSnapshot`: sends the channel's snapshot, as every join but that of a resync does. */
export const joinRoom = async (
  hub: Hub,
  session: Session,
  room: string,
  context: (again: boolean) => CoreContext,
  withSnapshot: boolean,
): Promise<void> => {
  const again = session.rooms.has(room);
  const data = await hub.handlers.enter?.(context(again));
  // What the room gets meanwhile is held, so that the answer to the join comes first and nothing is lost.
  await session.holding(async () => {
    const entered = again ? null : await enterRoom(hub, session, room, data);
    session.answerAll(await hub.handlers.joined?.(context(again)));
    if (withSnapshot) await sendSnapshot(hub, session, room);
    const isNews = entered && (hub.table.room?.presence?.per === 'connection' ? entered.joined : entered.first);
    if (entered && isNews) await tell(hub, 'joined', causeOf(session), room, entered.member);
  });
};

/** Sends the room's snapshot to one connection; nothing where the channel has none. */
export const sendSnapshot = async (hub: Hub, session: Session, room: string): Promise<void> => {
  const stream = hub.streamOf(session, room);
  let snapshot: unknown;
  try {
    snapshot = await makeSnapshot(hub.seam.engine, hub.table, stream, room, hub.handlers.state);
  } catch {
    throw unavailable();
  }
  if (snapshot !== null) session.answer(snapshot);
};

/** Takes a connection out of a room that it could not join to the end: nobody was told of it yet. */
export const withdraw = async (hub: Hub, session: Session, room: string): Promise<void> => {
  if (!session.rooms.delete(room)) return;
  const topic = roomTopic(hub.table.name, room);
  hub.topics.remove(topic, session);
  await hub.seam.engine.leave(topic, session.facts.id).catch((error) => hub.report('leave-delayed', session, error));
};

/** Takes a connection out of a room. `silently`: nobody is told (shutdown). */
export const leaveRoom = async (
  hub: Hub,
  session: Session,
  room: string,
  context: CoreContext,
  silently: boolean,
): Promise<void> => {
  const topic = roomTopic(hub.table.name, room);
  session.rooms.delete(room);
  hub.topics.remove(topic, session);
  // Whoever left gets nothing more, whatever the engine says; it tells the others when it can.
  const delayed = (error: unknown) => {
    hub.report('leave-delayed', session, error);
    return { left: null, last: false, empty: false };
  };
  const { left, last, empty } = await hub.seam.engine.leave(topic, session.facts.id).catch(delayed);
  session.answerAll(await hub.handlers.left?.(context));
  const isNews = left !== null && (last || hub.table.room?.presence?.per === 'connection');
  if (isNews && !silently) await tell(hub, 'left', causeOf(session), room, left);
  if (empty && hub.table.room?.life === 'while-joined') await hub.seam.engine.drop(topic, topic);
};

/** Tells the others, where it is news, of a connection that came or went without a session of this process: the process
 * that had it is gone, or was taken for gone. */
export const tellChange = async (hub: Hub, event: PresenceChange): Promise<void> => {
  const { change, set, connection, member, isNews, empty } = event;
  const room = roomOfTopic(hub.table.name, set);
  if (room === null || hub.isEnding) return;
  const cause = { connection, user: member.user.id };
  if (isNews || hub.table.room?.presence?.per === 'connection') await tell(hub, change, cause, room, member);
  if (empty && hub.table.room?.life === 'while-joined') await hub.seam.engine.drop(set, set);
};
