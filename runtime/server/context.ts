// What a handler may use while it handles: the connection, its room, and sends that the runtime awaits for it.

import type { CoreContext, CoreRoom } from './core.ts';
import { timestamp } from './fill.ts';
import { refuse } from './refusal.ts';
import type { Settlement } from './seam.ts';
import type { Session } from './session.ts';
import { roomTopic } from './topics.ts';

/** The handling of a message that is handled once, however often it comes. */
export interface Once {
  /** Who holds its claim; null: nobody, or what settles it has been sent. */
  holder: string | null;
  /** What the handler wants remembered; undefined: nothing yet. */
  answer: unknown;
}

interface ContextOptions {
  readonly by: CoreContext['by'];
  readonly again?: boolean;
  readonly once?: Once;
}

/** A context. `pending` gathers the sends that a handler started: it need not await them, the runtime does. */
export const createContext = (
  session: Session,
  room: string,
  pending: Promise<unknown>[],
  options: ContextOptions,
): CoreContext => {
  const { hub, facts } = session;
  const cause = { connection: facts.id, user: facts.user.id };
  const track = <T>(work: Promise<T>): Promise<T> => {
    // Awaited by the caller; until then a failure is not unhandled.
    work.catch(() => {});
    pending.push(work);
    return work;
  };
  const { once } = options;
  // What the handler remembers before it sends is settled together with the message: a process that dies between the
  // two would have it handled a second time.
  const settles = (): Settlement | undefined => {
    if (!once || once.holder === null || once.answer === undefined) return undefined;
    const settlement = { holder: once.holder, answer: JSON.stringify(once.answer) };
    once.holder = null;
    return settlement;
  };
  const roomFacade: CoreRoom = {
    id: room,
    send: (message) => track(hub.publisher.send(message, { to: 'room', room, settles: settles() })),
    sendKept: (message, kept) => track(hub.publisher.send(message, { to: 'room', room, kept, settles: settles() })),
    others: (message) => track(hub.publisher.send(message, { to: 'others', room, cause })),
    otherUsers: (message) => track(hub.publisher.send(message, { to: 'other-users', room, cause })),
    members: async () => {
      try {
        return (await hub.seam.engine.members(roomTopic(hub.table.name, room))).members;
      } catch {
        throw refuse('unavailable', 'It cannot be told at the moment who is in the room.');
      }
    },
  };
  return {
    // Made only where a handler asks for it.
    get connection() {
      return session.connection;
    },
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
    remember: (answer) => {
      if (once) once.answer = answer;
    },
  };
};
