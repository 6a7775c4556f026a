// Whether what a case found broken may be the machine's doing: the suite was late, or a heartbeat ended a connection that was answering.
import { type Clock, toleranceMs } from './harness/clock.ts';
import type { Due } from './lanes.ts';
import type { CaseResult } from './result.ts';

/** Longer than the lag is looked at, ms. */
const lookMs = 25;

export async function isDisturbed(one: Due, result: CaseResult, clock: Clock, startedAt: number): Promise<boolean> {
  return wasBeaten(one, result) || (await wasLate(clock, startedAt));
}

/** Whether the suite's own timers were late since then; one that is late still is waited for. */
async function wasLate(clock: Clock, since: number): Promise<boolean> {
  await clock.sleep(lookMs);
  return clock.lagWithin(since, clock.now()) > toleranceMs;
}

/** Whether a heartbeat that the case is not about ended one of its connections, which all answer at once. */
export function wasBeaten(
  { one, channel }: Pick<Due, 'one' | 'channel'>,
  { frames }: Pick<CaseResult, 'frames'>,
): boolean {
  if (one.lane === 'quiet') return false;
  const codes = channel.heartbeats.map((beat) => beat.timeoutCode);
  return frames.some(
    ({ direction, kind, code }) => direction === 'received' && kind === 'close' && codes.includes(code ?? null),
  );
}
