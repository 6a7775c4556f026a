// Runs a handler; of idempotent messages once, however often they come.

import { createContext, type Once } from './context.ts';
import { claimKey, fingerprint } from './idempotency.ts';
import { refuse } from './refusal.ts';
import type { Session } from './session.ts';

const runHandler = async (
  session: Session,
  type: string,
  message: unknown,
  room: string,
  once?: Once,
): Promise<void> => {
  const handler = session.hub.handlers.on[type];
  if (!handler) return;
  const pending: Promise<unknown>[] = [];
  const context = createContext(session, room, pending, { by: 'message', ...(once && { once }) });
  const reply = await handler(message, context);
  await Promise.all(pending);
  session.answerAll(reply);
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
    const once: Once = { holder: claim.holder ?? null, answer: undefined };
    await runHandler(session, type, message, room, once);
    await claim.settle(JSON.stringify(once.answer ?? table.server[row.idempotent.answer]?.template ?? {}));
  } catch (error) {
    // The id of a rejected message is not remembered.
    await claim.release();
    throw error;
  }
};
