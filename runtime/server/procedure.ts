// What is done with a valid message: membership, permission, then the runtime's own messages or the handler.

import type { CoreContext, CoreRoom } from './core.ts';
import { encodeText } from './encoded.ts';
import { timestamp } from './fill.ts';
import { claimKey, fingerprint } from './idempotency.ts';
import { joinRoom, leaveRoom, sendSnapshot } from './membership.ts';
import { readAt, removeAt, writeAt } from './pointer.ts';
import { refuse } from './refusal.ts';
import { isComplete, requestedRange } from './resync.ts';
import type { History } from './seam.ts';
import type { Session } from './session.ts';
import type { ClientMessageTable, RequirementTable, RoomMessageTable } from './table.ts';
import { CHANNEL_ROOM, everyoneTopic, roomTopic, userTopic } from './topics.ts';

// A replay waits for the socket after so many messages, so that a long one is no backlog.
const REPLAY_SLICE = 64;

interface ContextOptions {
  readonly by: CoreContext['by'];
  readonly again?: boolean;
  readonly remember?: (answer: unknown) => void;
}

/** What a handler may use, and what it started: a handler need not await its sends, the runtime does. */
const createContext = (
  session: Session,
  room: string,
  pending: Promise<unknown>[],
  options: ContextOptions,
): CoreContext => {
  const { hub, facts } = session;
  const cause = { connection: facts.id, user: facts.user.id };
  const track = <T>(work: Promise<T>): Promise<T> => {
    // Awaited in `settle`; until then a failure is not unhandled.
    work.catch(() => {});
    pending.push(work);
    return work;
  };
  const roomFacade: CoreRoom = {
    id: room,
    send: (message) => track(hub.publisher.send(message, { to: 'room', room })),
    sendKept: (message, kept) => track(hub.publisher.send(message, { to: 'room', room, kept })),
    others: (message) => track(hub.publisher.send(message, { to: 'others', room, cause })),
    otherUsers: (message) => track(hub.publisher.send(message, { to: 'other-users', room, cause })),
    members: async () => (await hub.seam.engine.members(roomTopic(hub.table.name, room))).members,
  };
  return {
    connection: session.connection,
    user: facts.user,
    room: roomFacade,
    by: options.by,
    message: session.current,
    again: options.again ?? false,
    now: timestamp(hub.seam.clock.now()),
    store: hub.store,
    toUsers: (users, message) =>
      track(hub.publisher.send(message, { to: 'user', users: typeof users === 'string' ? [users] : users })),
    everyone: (message) => track(hub.publisher.send(message, { to: 'everyone' })),
    remember: options.remember ?? (() => {}),
  };
};

const roomText = (value: unknown): string | null =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;

/** The room a message is meant for. */
const roomOf = (session: Session, type: string, message: unknown): string | null => {
  const { room } = session.hub.table;
  if (!room || room.scope === 'channel') return CHANNEL_ROOM;
  const own = type === room.join?.type ? room.join : type === room.leave?.type ? room.leave : null;
  const place = own ? own.room : room.selector;
  const named = place === null ? null : roomText(readAt(message, place));
  return named ?? session.facts.addressRoom;
};

const refuseMismatch = (session: Session, row: RoomMessageTable, room: string | null): void => {
  if (row.onlyAddress && room !== session.facts.addressRoom) {
    throw refuse('room-mismatch', 'The room is not the one of this connection.', row.room ?? undefined);
  }
};

const words: { readonly [condition in RequirementTable['condition']]: string } = {
  membership: 'This connection has not joined the room.',
  role: 'This needs a role that the user does not have.',
};

const refuseUnmet = (session: Session, row: ClientMessageTable, room: string | null): void => {
  const unmet = (requirement: RequirementTable): boolean =>
    requirement.condition === 'membership'
      ? room === null || !session.rooms.has(room)
      : !session.facts.roles.has(requirement.role);
  // Membership is checked before permission, in whatever order the contract lists them.
  for (const condition of ['membership', 'role'] as const) {
    const requirement = row.requires.find((one) => one.condition === condition && unmet(one));
    if (requirement) throw refuse(requirement.error, words[condition]);
  }
};

const answerPing = (session: Session, type: string, message: unknown): boolean => {
  const { table } = session.hub;
  for (const beat of table.heartbeats) {
    if (beat.kind !== 'message') continue;
    if (beat.initiator === 'server' && type === beat.pong) return true;
    if (beat.initiator !== 'client' || type !== beat.ping) continue;
    if (beat.pong !== null) {
      let pong: unknown = table.server[beat.pong]?.template ?? {};
      for (const { from, to } of beat.echo) {
        const value = readAt(message, from);
        pong = value === undefined ? removeAt(pong, to) : writeAt(pong, to, value);
      }
      session.answer(pong);
    }
    return true;
  }
  return false;
};

const replay = async (session: Session, message: unknown, room: string): Promise<void> => {
  const { hub } = session;
  const resync = hub.table.resync!;
  const range = requestedRange(hub.table, message);
  let history: History | null = null;
  if (range) {
    try {
      history = await hub.seam.engine.history(hub.streamOf(session, room), range, resync.history);
    } catch {
      throw refuse('unavailable', 'The history cannot be read at the moment.');
    }
  }
  if (!range || !history || !isComplete(range, history)) {
    await sendSnapshot(hub, session, room);
    return;
  }
  for (const [index, entry] of history.entries.entries()) {
    session.sendEncoded(encodeText(entry.text));
    if (index % REPLAY_SLICE === REPLAY_SLICE - 1) await session.drained();
  }
};

const runHandler = async (session: Session, type: string, message: unknown, room: string): Promise<unknown> => {
  const handler = session.hub.handlers.on[type];
  if (!handler) return undefined;
  const pending: Promise<unknown>[] = [];
  let answer: unknown;
  const remember = (value: unknown): void => {
    answer = value;
  };
  const reply = await handler(message, createContext(session, room, pending, { by: 'message', remember }));
  await Promise.all(pending);
  session.answerAll(reply);
  return answer;
};

const runOnce = async (session: Session, type: string, message: unknown, room: string): Promise<void> => {
  const { table, seam } = session.hub;
  const row = table.client[type]!;
  const scope = { user: session.facts.user.id, room, connection: session.facts.id };
  const key = row.idempotent ? claimKey(message, table, row, scope) : null;
  if (!row.idempotent || key === null) {
    await runHandler(session, type, message, room);
    return;
  }
  const content = fingerprint(message, table, row);
  const claim = await seam.engine.claim(key, content, row.idempotent.windowMs).catch(() => {
    throw refuse('unavailable', 'The service cannot take this at the moment; nothing was accepted.');
  });
  if (claim.repeated) {
    if (claim.fingerprint !== content) {
      throw refuse(row.idempotent.conflict, 'This id was used for another message.', row.idempotent.property);
    }
    session.answer(JSON.parse(claim.answer));
    return;
  }
  try {
    const answer = await runHandler(session, type, message, room);
    await claim.settle(JSON.stringify(answer ?? table.server[row.idempotent.answer]?.template ?? {}));
  } catch (error) {
    // The id of a rejected message is not remembered.
    await claim.release();
    throw error;
  }
};

const join = (session: Session, room: string, by: CoreContext['by'], withSnapshot: boolean): Promise<void> =>
  settled(async (pending) => {
    const context = (again: boolean): CoreContext => createContext(session, room, pending, { by, again });
    await joinRoom(session.hub, session, room, context, withSnapshot);
  });

const settled = async (work: (pending: Promise<unknown>[]) => Promise<void>): Promise<void> => {
  const pending: Promise<unknown>[] = [];
  await work(pending);
  await Promise.all(pending);
};

/** Handles one message whose schema holds. Throws refusals. */
export const handleMessage = async (session: Session, type: string, message: unknown): Promise<void> => {
  const { table } = session.hub;
  const row = table.client[type];
  if (!row) return;
  const room = roomOf(session, type, message);
  const { join: joinRow, leave: leaveRow } = table.room ?? { join: null, leave: null };
  if (type === joinRow?.type) refuseMismatch(session, joinRow, room);
  if (type === leaveRow?.type) refuseMismatch(session, leaveRow, room);
  refuseUnmet(session, row, room);
  if (answerPing(session, type, message)) return;
  const target = room ?? CHANNEL_ROOM;
  if (type === joinRow?.type) return join(session, target, 'message', true);
  if (type === leaveRow?.type) return leave(session, target, 'message');
  if (type === table.resync?.request.type) {
    const { joins } = table.resync.request;
    if (joins && !session.rooms.has(target)) await join(session, target, 'resync', false);
    return replay(session, message, target);
  }
  return runOnce(session, type, message, target);
};

const leave = (session: Session, room: string, by: CoreContext['by']): Promise<void> =>
  settled((pending) =>
    leaveRoom(session.hub, session, room, createContext(session, room, pending, { by }), session.hub.isEnding),
  );

/** What is done when a connection was accepted, before its first message. */
export const open = async (session: Session): Promise<void> => {
  const { hub, facts } = session;
  const { room } = hub.table;
  try {
    const words = new Set(Object.values(hub.table.server).map((message) => message.delivery));
    if (words.has('everyone')) await hub.topics.add(everyoneTopic(hub.table.name), session);
    if (words.has('user')) await hub.topics.add(userTopic(hub.table.name, facts.user.id), session);
    const own = !room || room.scope === 'channel' ? CHANNEL_ROOM : room.joinOnOpen ? facts.addressRoom : null;
    await settled(async (pending) => {
      await hub.handlers.opened?.(
        createContext(session, own ?? facts.addressRoom ?? CHANNEL_ROOM, pending, { by: 'open' }),
      );
    });
    if (own !== null) await join(session, own, 'open', true);
  } catch (error) {
    hub.report('open-failed', session, error);
    session.end(session.codeFor('error', 1011), 'the connection could not be set up');
  }
};

/** What is done when a connection has ended, after its last message. */
export const depart = async (session: Session): Promise<void> => {
  const { hub, facts } = session;
  hub.topics.remove(everyoneTopic(hub.table.name), session);
  hub.topics.remove(userTopic(hub.table.name, facts.user.id), session);
  hub.sessions.delete(session);
  for (const room of [...session.rooms]) {
    try {
      await leave(session, room, 'end');
    } catch (error) {
      hub.report('leave-failed', session, error);
    }
  }
};
