// Runs a handler; of idempotent messages once, however often they come.

import { createContext } from './context.ts';
import { claimKey, fingerprint } from './idempotency.ts';
import { refuse } from './refusal.ts';
import type { Session } from './session.ts';

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

/** Handles a message by its handler, or answers the repeat of one that was handled. */
export const runOnce = async (session: Session, type: string, message: unknown, room: string): Promise<void> => {
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
