// Carries out one case: lease, kit, time limit, verdict, cleanup.
import type { Level } from '../scripts/model.ts';
import type { Leases } from './harness/leases.ts';
import type { Recorded } from './harness/record.ts';
import { ServerKit } from './harness/server-kit.ts';
import type { Session } from './harness/session.ts';
import { type Planned, type PlannedRow, resultOf } from './plan.ts';
import type { CaseResult } from './result.ts';
import { type Case, Failed, Inconclusive, lowest, type MonitorCase, NotTestable } from './rule.ts';

/** Waits beyond a case's own limit before the suite gives it up: it is the target that was silent, or the suite that hangs. */
class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

export function isMonitor(one: Case | MonitorCase): one is MonitorCase {
  return 'judge' in one;
}

export async function runCase(session: Session, leases: Leases, planned: Planned): Promise<CaseResult> {
  const { one, channel } = planned;
  if (one === null || isMonitor(one)) return resultOf(planned, { verdict: 'not-applicable' });
  const { clock } = session;
  const needs = one.needs ?? {};
  let startedAt = clock.now();
  let kit: ServerKit | null = null;
  let lease: Awaited<ReturnType<Leases['acquire']>> | null = null;
  try {
    lease = await leases.acquire(channel, needs, (one.lane ?? 'parallel') !== 'quiet');
    startedAt = clock.now();
    kit = await ServerKit.create(session, channel, needs, lease);
    await within(runAsked(one, kit), limitMsOf(one, session));
    return resultOf(planned, { verdict: 'pass', durationMs: duration(clock.now() - startedAt) });
  } catch (error) {
    const durationMs = duration(clock.now() - startedAt);
    const clean = (text: string) => kit?.trace.clean(text) ?? text;
    return resultOfError(planned, one.level, error, { durationMs, frames: kit?.trace.frames() ?? [], clean });
  } finally {
    if (kit !== null) session.record.add(kit.observed(planned.instance));
    await kit?.dispose();
    lease?.release();
  }
}

/** What the target does takes the longer the farther away it is, whatever its durations are scaled by. */
const usualAnswerMs = 10;
const mostTimes = 12;

/** After so many ms a case is given up. */
export function limitMsOf(one: Case, { clock, target }: Pick<Session, 'clock' | 'target'>): number {
  const times = Math.min(mostTimes, Math.max(1, clock.usualLatencyMs / usualAnswerMs));
  return one.timeoutMs === undefined ? target.run.timeoutMs * times : clock.scaled(one.timeoutMs) + 10_000 * times;
}

/** How a case looked when it ended. */
interface Ended extends Pick<CaseResult, 'durationMs' | 'frames'> {
  clean(text: string): string;
}

/** What an exception of a case says about the implementation, or about the suite. */
export function resultOfError(planned: PlannedRow, level: Level, error: unknown, at: Ended): CaseResult {
  const { durationMs, frames, clean } = at;
  if (error instanceof Failed) return broken(planned, level, error, at);
  if (error instanceof NotTestable) {
    const reason = clean(error.message);
    return resultOf(planned, { verdict: 'not-testable', reason, needs: error.needs, durationMs });
  }
  const isMeasure = error instanceof Inconclusive || error instanceof TimedOut;
  const reason = clean(error instanceof Error ? error.message : String(error));
  return resultOf(planned, { verdict: isMeasure ? 'inconclusive' : 'error', reason, durationMs, frames });
}

function broken(planned: PlannedRow, ofCase: Level, error: Failed, at: Ended): CaseResult {
  const level = lowest(ofCase, error.level ?? 'MUST');
  return resultOf(planned, {
    verdict: level === 'MUST' ? 'fail' : 'warn',
    level,
    expected: at.clean(error.expected),
    observed: at.clean(error.observed),
    ...(error.reason === undefined ? {} : { reason: error.reason }),
    durationMs: at.durationMs,
    frames: error.frames ?? at.frames,
  });
}

/** The verdict of a monitor over what the whole run saw. */
export function judgeMonitor(planned: PlannedRow, one: MonitorCase, recorded: Recorded): CaseResult {
  const clean = (text: string) => {
    const tokens = new Set(recorded.observations.flatMap((observation) => observation.tokens));
    const longestFirst = [...tokens].sort((left, right) => right.length - left.length);
    return longestFirst.reduce((cut, token) => cut.replaceAll(token, '[token]'), text);
  };
  try {
    one.judge(recorded);
    return resultOf(planned, { verdict: 'pass' });
  } catch (error) {
    if (error instanceof Failed) {
      return broken(planned, one.level, error, { durationMs: 0, frames: error.frames ?? [], clean });
    }
    if (error instanceof NotTestable) {
      return resultOf(planned, { verdict: 'not-testable', reason: clean(error.message), needs: error.needs });
    }
    const said = error instanceof Error ? error.message : String(error);
    return resultOf(planned, { verdict: 'error', reason: clean(said) });
  }
}

/** A server that sends errors whatever is asked has answered nothing: what a case took for an answer was none. */
async function runAsked(one: Case, kit: ServerKit): Promise<void> {
  await one.run(kit);
  const unasked = kit.unaskedErrors();
  if (unasked !== null) throw new Failed('at most one error for a message', unasked, { reason: 'unasked' });
}

function duration(ms: number): number {
  return Math.round(ms);
}

/** Rejects where the work takes longer. */
export async function within(work: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimedOut(`no verdict within ${Math.round(limitMs)} ms`)), limitMs);
  });
  try {
    await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
