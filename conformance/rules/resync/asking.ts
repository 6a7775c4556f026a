// Asking for what was missed, and what came back: everything between the request and the next answer on that connection.
import type { Connection, Received } from '../../harness/connection.ts';
import type { BuildOptions } from '../../harness/messages.ts';
import type { Kit } from '../../kit.ts';
import { resyncOf, updatesSeen } from '../sequence/updates.ts';

export interface Position {
  readonly sequence?: number;
  readonly timestamp?: unknown;
}

/** Build options that put exactly these cursors into the request. */
export function askFor(kit: Kit, position: Position): BuildOptions {
  const { request } = resyncOf(kit.channel);
  const cursors: Record<string, unknown> = {};
  if (request.lastSequence !== null) cursors[request.lastSequence] = position.sequence;
  if (request.lastTimestamp !== null) cursors[request.lastTimestamp] = position.timestamp;
  return { with: cursors };
}

export interface Replay {
  readonly updates: readonly Received[];
  readonly snapshots: readonly Received[];
}

/** Sends the request and collects until a later request on the same connection is answered: messages of one connection are
 * answered in order, so the replay is complete by then. `expecting` messages are waited for in any case. */
export async function replayOf(kit: Kit, asker: Connection, options: BuildOptions, expecting = 0): Promise<Replay> {
  const { request, snapshot } = resyncOf(kit.channel);
  const from = asker.messages.length;
  const collect = (): Replay => ({
    updates: updatesSeen(kit, asker, from).filter((message) => !message.fence),
    snapshots: asker.messages.slice(from).filter((message) => message.key === snapshot?.message),
  });
  await kit.send(asker, request.message, options);
  if (expecting > 0) {
    const enough = () => collect().updates.length + collect().snapshots.length >= expecting;
    await asker.until(() => enough() || asker.ending !== null, kit.patienceMs);
  }
  await kit.roundTrip(asker);
  return collect();
}
