// Time that passes only when a test says so.
import type { Clock } from '../client/index.ts';

export interface FakeClock extends Clock {
  /** Timers that are set. */
  readonly pending: number;
  /** Lets time pass: runs what falls due in order, and lets promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Moves the clock without running anything, as when a page sleeps, or as someone sets the system's clock. */
  jump(ms: number): void;
}

/** @param startAt ms since 1970. @default 2000-01-01T00:00:00Z */
export function createFakeClock(startAt = 946684800000): FakeClock {
  // Timers count time that passed; the clock on the wall may be moved besides.
  let passed = 0;
  let moved = startAt;
  let serial = 0;
  const timers = new Map<number, { at: number; call: () => void }>();

  function earliest(limit: number) {
    let first: [number, { at: number; call: () => void }] | undefined;
    for (const timer of timers) if (timer[1].at <= limit && (!first || timer[1].at < first[1].at)) first = timer;
    return first;
  }

  return {
    now: () => passed + moved,
    setTimeout(call, ms) {
      timers.set(++serial, { at: passed + Math.max(0, ms), call });
      return serial;
    },
    clearTimeout: (timer) => void timers.delete(timer as number),
    get pending() {
      return timers.size;
    },
    async advance(ms) {
      const limit = passed + ms;
      await settlePromises();
      for (let next = earliest(limit); next; next = earliest(limit)) {
        timers.delete(next[0]);
        passed = Math.max(passed, next[1].at);
        next[1].call();
        await settlePromises();
      }
      passed = limit;
    },
    jump(ms) {
      moved += ms;
    },
  };
}

/** Promises settle in rounds; chains in the client are shorter than this. */
async function settlePromises(): Promise<void> {
  for (let round = 0; round < 10; round++) await undefined;
}
