// What is done with a valid message: membership, permission, then the runtime's own messages or the handler.

import { answerPing } from './answer-ping.ts';
import { createContext } from './context.ts';
import type { CoreContext } from './core.ts';
import { joinRoom, leaveRoom, withdraw } from './membership.ts';
import { isRefusal } from './refusal.ts';
import { runOnce } from './repeat.ts';
import { replay } from './replay.ts';
import { refuseMismatch, refuseUnmet, roomOf } from './requirements.ts';
import type { Session } from './session.ts';
import { CHANNEL_ROOM, everyoneTopic, userTopic } from './topics.ts';

const join = async (session: Session, room: string, by: CoreContext['by'], withSnapshot: boolean): Promise<void> => {
  const wasIn = session.rooms.has(room);
  try {
    await settled(async (pending) => {
      const context = (again: boolean): CoreContext => createContext(session, room, pending, { by, again });
      await joinRoom(session.hub, session, room, context, withSnapshot);
    });
  } catch (error) {
    if (!wasIn && isRefusal(error) && error.condition === 'unavailable') {
      await withdraw(session.hub, session, room);
      // In no room it would wait for ever for what a join brings. Its client comes back, and joins then.
      if (session.rooms.size === 0) session.endSoon(session.codeFor('error', 1011), 'join again');
    }
    throw error;
  }
};

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
