// Ends a channel at shutdown: handles what was received, delivers what was accepted, closes everyone, within a deadline.

import type { Hub } from './hub.ts';
import type { Clock } from './seam.ts';

// Where a contract says nothing of shutdown.
const SHUTDOWN = { code: 1001, withinMs: 10_000 };
// The part of the deadline that handling may take; the rest is for closing.
const HANDLING_SHARE = 0.7;
// What a handler that never ends may still hold up after everything was cut.
const LAST_WAIT_MS = 100;

/** Waits for the work or for the deadline. */
const within = async (clock: Clock, work: Promise<unknown>, ms: number): Promise<void> => {
  let cancel = (): void => {};
  const deadline = new Promise<void>((resolve) => {
    cancel = clock.setTimeout(resolve, ms);
  });
  await Promise.race([work, deadline]);
  cancel();
};

/** Resolves when nobody is connected, or the contract's time is over. Nobody is told who leaves. */
export const shutHub = async (hub: Hub): Promise<void> => {
  hub.isEnding = true;
  const { clock } = hub.seam;
  const { code, withinMs } = hub.table.limits.shutdown ?? SHUTDOWN;
  const sessions = [...hub.sessions];
  const ended = (): Promise<unknown> => Promise.all(sessions.map((session) => session.ended));
  await within(clock, Promise.all(sessions.map((session) => session.quiesce())), withinMs * HANDLING_SHARE);
  for (const session of sessions) session.shut(code, 'the server shuts down');
  await within(clock, ended(), withinMs * (1 - HANDLING_SHARE));
  for (const session of sessions) session.terminate();
  await within(clock, ended(), LAST_WAIT_MS);
};
