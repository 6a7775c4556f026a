// Sends what a connection missed, or a snapshot where that is not all kept.

import { encodeText } from './encoded.ts';
import { sendSnapshot } from './membership.ts';
import { refuse } from './refusal.ts';
import { isComplete, requestedRange } from './resync.ts';
import type { History } from './seam.ts';
import type { Session } from './session.ts';

const REPLAY_BYTES = 65_536;

/** Answers a resync whose connection is in the room. */
export const replay = async (session: Session, message: unknown, room: string): Promise<void> => {
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
    hub.metrics?.resynced(hub.table.name, 'snapshot', 0);
    return;
  }
  for (const entry of history.entries) {
    // A long replay waits for the socket: it is no backlog.
    if (session.bufferedBytes > REPLAY_BYTES) await session.drained();
    session.sendEncoded(encodeText(entry.text));
  }
  hub.metrics?.resynced(hub.table.name, 'replay', history.entries.length);
};
