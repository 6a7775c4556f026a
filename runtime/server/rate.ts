// Counts the messages of a connection against the contract's rate: a token bucket, and strikes in a row.

import type { Clock } from './seam.ts';
import type { LimitsTable } from './table.ts';

export type RateVerdict = 'within' | 'over' | 'out';

export class RateLimit {
  readonly #clock: Clock;
  readonly #limit: NonNullable<LimitsTable['rate']>;
  #tokens: number;
  #at: number;
  #strikes = 0;

  constructor(limit: NonNullable<LimitsTable['rate']>, clock: Clock) {
    this.#clock = clock;
    this.#limit = limit;
    this.#tokens = limit.burst;
    this.#at = clock.now();
  }

  /** Whether nothing is left of what was taken. */
  get isFull(): boolean {
    this.#refill();
    return this.#tokens >= this.#limit.burst;
  }

  /** Judges one message that arrives now. `out`: one strike too many, the connection ends. */
  take(): RateVerdict {
    this.#refill();
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      this.#strikes = 0;
      return 'within';
    }
    this.#strikes += 1;
    return this.#strikes >= this.#limit.strikes ? 'out' : 'over';
  }

  #refill(): void {
    const now = this.#clock.now();
    const gained = (Math.max(0, now - this.#at) / 1000) * this.#limit.perSecond;
    this.#tokens = Math.min(this.#limit.burst, this.#tokens + gained);
    this.#at = now;
  }
}
