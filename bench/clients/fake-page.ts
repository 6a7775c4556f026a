// A page whose time is simulated: timers, Date and the events of window and document, set as globals before a client is loaded.
import { createFakeClock } from '../../runtime/testing/fake-clock.ts';
import { events, makePage } from './page.ts';

export const clock = createFakeClock();
/** The machine's own time, for rates. */
export const realNow = performance.now.bind(performance);

const RealDate = Date;

class FakeDate extends RealDate {
  constructor(...values: [] | [number | string]) {
    super(...((values.length === 0 ? [clock.now()] : values) as [number]));
  }
  static override now(): number {
    return clock.now();
  }
}

const repeating = new Map<number, unknown>();
let intervals = 0;

/** Intervals have negative numbers, so that either function clears either kind, as in a browser. */
function repeat(call: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): number {
  intervals -= 1;
  const id = intervals;
  const next = (): void => {
    repeating.set(
      id,
      clock.setTimeout(() => {
        next();
        call(...args);
      }, ms),
    );
  };
  next();
  return id;
}

function clear(timer: unknown): void {
  const id = Number(timer);
  clock.clearTimeout(repeating.get(id) ?? timer);
  repeating.delete(id);
}

makePage({
  Date: FakeDate,
  setTimeout: (call: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
    clock.setTimeout(() => call(...args), ms),
  clearTimeout: clear,
  setInterval: repeat,
  clearInterval: clear,
});

/** The page was asleep: an hour passed on the wall, and no timer ran. */
export function sleep(ms: number): void {
  clock.jump(ms);
  for (const name of ['online', 'visibilitychange', 'focus']) events.dispatchEvent(new Event(name));
}
