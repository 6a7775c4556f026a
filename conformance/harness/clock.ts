// Time as the suite measures it: contract durations scaled, the suite's own lag, and two-sided checks with an error bar.
import { performance } from 'node:perf_hooks';
import type { Spread } from '../result.ts';
import { Failed, Inconclusive } from '../rule.ts';

/** What a timing check allows beyond the measured lag: scheduling of the target itself, on a shared machine. */
export const toleranceMs = 100;

/** Timers that fire in time for so long, ms, are taken for the rule. */
const calmWindowMs = 200;

export interface TimingCheck {
  /** Subject of the sentence: `the first ping frame`. */
  readonly what: string;
  /** {@link Clock.now} when the period began, and when the thing was seen. Null: it was not seen until `latestMs`. */
  readonly from: number;
  readonly seenAt: number | null;
  /** Bounds of the period, ms, already scaled. No lower bound: 0. */
  readonly earliestMs: number;
  readonly latestMs: number;
}

export class Samples {
  readonly #values: number[] = [];
  #max = 0;

  add(value: number): void {
    this.#values.push(value);
    if (value > this.#max) this.#max = value;
  }

  get max(): number {
    return this.#max;
  }

  spread(): Spread {
    const sorted = [...this.#values].sort((left, right) => left - right);
    return {
      samples: sorted.length,
      medianMs: round(sorted[sorted.length >> 1] ?? 0),
      maxMs: round(sorted.at(-1) ?? 0),
    };
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

export interface ClockOptions {
  /** Multiplies every duration of the contract; rates divide. @default 1 */
  readonly timeScale?: number;
  /** Effective durations, ms, by path (`heartbeat.intervalMs` or `arena.heartbeat.intervalMs`), over the scaled ones. */
  readonly times?: Readonly<Record<string, number>>;
}

export class Clock {
  readonly timeScale: number;
  readonly rtt = new Samples();
  /** From sending a message to the last broadcast that it caused. */
  readonly delivery = new Samples();
  readonly lag = new Samples();
  readonly #times: Readonly<Record<string, number>>;
  readonly #recent: { at: number; late: number }[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(options: ClockOptions = {}) {
    this.timeScale = options.timeScale ?? 1;
    this.#times = options.times ?? {};
  }

  /** Milliseconds, monotonic; comparable with every `at` of the harness. */
  now(): number {
    return performance.now();
  }

  /** A contract duration as the target runs it. `path` finds the target file's override: `heartbeat.intervalMs`. */
  scaled(ms: number, path?: string, channel?: string): number {
    if (path !== undefined) {
      const own = channel === undefined ? undefined : this.#times[`${channel}.${path}`];
      const override = own ?? this.#times[path];
      if (override !== undefined) return override;
    }
    return ms * this.timeScale;
  }

  /** A contract rate (per second) as the target runs it: it divides by the time scale. */
  scaledRate(perSecond: number): number {
    return perSecond / this.timeScale;
  }

  /** Waits real time, not scaled. For contract durations: `sleep(scaled(...))`. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** Waits until the suite's own timers fire in time again; gives up after so many ms. */
  async calm(withinMs: number): Promise<void> {
    const until = this.now() + withinMs;
    let from = this.now();
    do {
      from = this.now();
      await this.sleep(calmWindowMs);
    } while (this.lagWithin(from, this.now()) > toleranceMs / 4 && this.now() < until);
  }

  /** Starts measuring how late the suite's own timers fire. */
  watch(): void {
    if (this.#timer !== null) return;
    let due = this.now() + 20;
    this.#timer = setInterval(() => {
      const now = this.now();
      const late = Math.max(0, now - due);
      due = now + 20;
      this.lag.add(late);
      this.#recent.push({ at: now, late });
      if (this.#recent.length > 50_000) this.#recent.splice(0, 25_000);
    }, 20);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** How long this target usually takes to answer or deliver, ms. */
  get usualLatencyMs(): number {
    return Math.max(this.rtt.spread().medianMs, this.delivery.spread().medianMs);
  }

  /** The largest lag seen between two points in time. */
  lagWithin(from: number, to: number): number {
    let most = 0;
    for (const sample of this.#recent) {
      if (sample.at >= from && sample.at - sample.late <= to) most = Math.max(most, sample.late);
    }
    return most;
  }

  /** What a time check allows in that window: the suite's own lag and {@link toleranceMs}. */
  slack(from: number, to: number): number {
    return toleranceMs + this.lagWithin(from, to) + this.rtt.spread().medianMs;
  }

  /**
   * Too early and too late are both {@link Failed} (`too-early`, `too-late`, `never`), within lag + 100 ms. Where the suite
   * itself was late by more than 100 ms in the window, a breach is {@link Inconclusive}.
   */
  checkTiming(check: TimingCheck): void {
    const until = check.seenAt ?? this.now();
    const slack = this.slack(check.from, until);
    const took = until - check.from;
    const tooEarly = check.seenAt !== null && took < check.earliestMs - slack;
    const tooLate = check.seenAt === null || took > check.latestMs + slack;
    if (!tooEarly && !tooLate) return;
    const lag = this.lagWithin(check.from, until);
    if (lag > toleranceMs) throw new Inconclusive(`the suite's own timers were ${Math.round(lag)} ms late meanwhile`);
    const between =
      check.earliestMs === check.latestMs
        ? `after ${Math.round(check.latestMs)} ms`
        : `between ${Math.round(check.earliestMs)} and ${Math.round(check.latestMs)} ms`;
    throw new Failed(
      `${check.what} ${between} (± ${Math.round(slack)} ms)`,
      check.seenAt === null ? `none within ${Math.round(took)} ms` : `after ${Math.round(took)} ms`,
      { reason: check.seenAt === null ? 'never' : tooEarly ? 'too-early' : 'too-late' },
    );
  }
}
