// One rate for each of many keys; a key is forgotten once what it used up is made up for.

import { RateLimit, type RateVerdict } from './rate.ts';
import type { Clock } from './seam.ts';

export class RateBook {
  readonly #rate: { readonly perSecond: number; readonly burst: number };
  readonly #clock: Clock;
  /** The longest unused first. */
  readonly #limits = new Map<string, RateLimit>();

  constructor(rate: { readonly perSecond: number; readonly burst: number }, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#limits.size;
  }

  take(key: string): RateVerdict {
    for (const [old, limit] of this.#limits) {
      if (!limit.isFull) break;
      this.#limits.delete(old);
    }
    const limit = this.#limits.get(key) ?? new RateLimit({ ...this.#rate, strikes: Infinity, code: 1008 }, this.#clock);
    this.#limits.delete(key);
    this.#limits.set(key, limit);
    return limit.take();
  }
}
