// Answers the pings of clients, and takes their pongs: no handler sees either.

import { readAt, removeAt, writeAt } from './pointer.ts';
import type { Session } from './session.ts';

/** Whether the message was part of a heartbeat, and is done with. */
export const answerPing = (session: Session, type: string, message: unknown): boolean => {
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
