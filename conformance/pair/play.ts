// Plays the schedules of a run side by side, and gives up where one of the pair is gone: what it left undone is not judged.
import type { Channel } from '../../scripts/model.ts';
import { isGone } from '../preflight.ts';
import { Failed, NotTestable } from '../rule.ts';
import type { RunEvent } from '../run-options.ts';
import { TargetError } from '../target/target.ts';
import { meansOf } from './means.ts';
import { type PairSession, playSchedule } from './pair.ts';
import type { Schedule } from './schedule.ts';
import type { Verdicts } from './verdicts.ts';

/** How long a server that ends may take, ms. */
const endingMs = 1000;

/** Schedules side by side: they mostly wait. */
const width = 6;

export interface PlannedSchedule {
  readonly channel: Channel;
  readonly schedule: Schedule;
}

/** Throws what ends the run: the adapter broke, or the server is not what a pair needs. */
export async function playAll(
  session: PairSession,
  planned: readonly PlannedSchedule[],
  verdicts: Verdicts,
  onEvent?: (event: RunEvent) => void,
): Promise<void> {
  const queue = [...planned];
  let done = 0;
  let broken: { readonly error: unknown } | null = null;
  onEvent?.({ kind: 'start', total: planned.length, url: session.target.url });
  const worker = async () => {
    for (let one = queue.shift(); one !== undefined && broken === null; one = queue.shift()) {
      try {
        await playOne(session, one, verdicts);
      } catch (error) {
        // The first says why; the others fail of the same.
        broken ??= {
          error: session.adapter.failure ?? (await reasonOf(session, one, error, { done, of: planned.length })),
        };
        return;
      }
      done += 1;
      const result = verdicts.last;
      if (result !== null) onEvent?.({ kind: 'case', result, done, total: planned.length });
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, planned.length) }, worker));
  const { error } = (broken ?? { error: session.adapter.failure }) as { readonly error: unknown };
  if (error !== null) throw error;
}

async function playOne(
  session: PairSession,
  { channel, schedule }: PlannedSchedule,
  verdicts: Verdicts,
): Promise<void> {
  const startedAt = performance.now();
  try {
    const history = await playSchedule(session, channel, meansOf(channel, session.schemas), schedule);
    // A client cannot come back to a server that is not there: that is no fault of its own.
    const isStranded = history.recoveries.some(({ tookMs }) => tookMs === null) && (await isGone(channel, session));
    if (isStranded) throw new Gone();
    verdicts.judge(history, performance.now() - startedAt);
  } catch (error) {
    if (!(error instanceof NotTestable)) throw error;
    verdicts.lacking(channel, error);
  }
}

class Gone extends Error {
  override readonly name = 'Gone';
}

/** Why a schedule could not be played, as a sentence with what to do. */
async function reasonOf(
  session: PairSession,
  { channel, schedule }: PlannedSchedule,
  error: unknown,
  { done, of }: { readonly done: number; readonly of: number },
): Promise<unknown> {
  const { url } = session.target;
  // A server that ends may still be reached for a moment.
  if (!(error instanceof Gone)) await session.clock.sleep(endingMs);
  if (error instanceof Gone || (await isGone(channel, session))) {
    return new TargetError(
      `The target at ${url} stopped answering after ${done} of ${of} schedules; the run was given up. What it did last is in the server's own log.`,
    );
  }
  if (!(error instanceof Failed)) return error;
  return new TargetError(
    `Schedule ${schedule.seed} on channel ${channel.name} could not be played: past the proxy, on a line without faults, the suite expects ${error.expected}; seen: ${error.observed}. See what wirepact test server says of the target at ${url}.`,
  );
}
