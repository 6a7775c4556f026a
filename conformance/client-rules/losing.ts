// Ways to end a connection that a client has to come back from, and to find out when it did.
import type { Channel, ClientAction, CloseCode, Level } from '../../scripts/model.ts';
import type { ClientKit } from '../client/client-kit.ts';
import type { ClientUnderTest } from '../client/client-under-test.ts';
import type { Attempt } from '../client/stage.ts';
import type { Connection } from '../harness/connection.ts';
import { Failed } from '../rule.ts';

/** A code of the contract after which a client does that, one that a server can send; null where there is none. */
export function codeFor(channel: Channel, action: ClientAction): (CloseCode & { readonly code: number }) | null {
  const isUsable = (row: CloseCode): row is CloseCode & { readonly code: number } =>
    row.client === action && typeof row.code === 'number' && row.code !== 1005 && row.code !== 1006;
  const usable = channel.closeCodes.filter(isUsable).filter((row) => row.sentBy !== 'client');
  return usable.find((row) => row.level === 'MUST') ?? usable[0] ?? null;
}

/** Cuts the connection without a close frame; the time of it. */
export function cut(kit: ClientKit, connection: Connection): number {
  connection.terminate();
  return kit.clock.now();
}

/** Sends a close frame; the time of it. What the client answers is not waited for. */
export function closeWith(kit: ClientKit, connection: Connection, code: number): number {
  void connection.close(code);
  return kit.clock.now();
}

/** Waits until the client says that it waits for its next attempt. */
export async function waitsForAttempt(kit: ClientKit, client: ClientUnderTest): Promise<void> {
  if (await kit.until(() => client.state?.state === 'reconnecting', kit.patienceMs)) return;
  throw new Failed('the client to say reconnecting', client.state?.state ?? 'nothing', { reason: 'wrong-state' });
}

/** The n-th attempt of the client (from 0); {@link Failed}, with that level, where it does not come. */
export async function attemptOf(
  kit: ClientKit,
  client: ClientUnderTest,
  index: number,
  withinMs: number,
  level: Level = 'MUST',
): Promise<Attempt> {
  await kit.until(() => client.stage.attempts.length > index, withinMs);
  const attempt = client.stage.attempts[index];
  if (attempt !== undefined) return attempt;
  throw new Failed(
    index === 0 ? 'an attempt to connect' : `attempt ${index + 1} to connect`,
    `${client.stage.attempts.length} within ${Math.round(withinMs)} ms`,
    { reason: 'no-attempt', level },
  );
}
