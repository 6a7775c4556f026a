// Idempotency over Redis: one holder of a key in all processes, and whoever waits for it.

import type { RedisLink } from './engine-redis-link.ts';
import { claimScript, releaseScript, settleScript } from './engine-redis-scripts.ts';
import type { Claim, Clock } from './seam.ts';

export interface ClaimKeys {
  readonly leases: string;
  /** Channel on which it is told that a key is settled or released that somebody waits for. */
  readonly waiters: string;
  claim(key: string): string;
}

// A holder whose process is gone says nothing: who waits asks again.
const ASK_AGAIN_MS = 1000;

export class RedisClaims {
  readonly #link: RedisLink;
  readonly #clock: Clock;
  readonly #keys: ClaimKeys;
  readonly #process: string;
  /** Key in Redis of each claim that this process holds, by its holder. */
  readonly #held = new Map<string, string>();
  readonly #waiting = new Map<string, Set<() => void>>();
  #count = 0;

  constructor(link: RedisLink, clock: Clock, keys: ClaimKeys, process: string) {
    this.#link = link;
    this.#clock = clock;
    this.#keys = keys;
    this.#process = process;
  }

  async start(): Promise<void> {
    await this.#link.subscribe(this.#keys.waiters, (key) => {
      for (const ask of this.#waiting.get(key) ?? []) ask();
    });
  }

  /** The key in Redis that a holder holds; null: none. */
  keyOf(holder: string): string | null {
    return this.#held.get(holder) ?? null;
  }

  /** It was settled together with a message. */
  settled(holder: string): void {
    this.#held.delete(holder);
  }

  async claim(name: string, fingerprint: string, windowMs: number): Promise<Claim> {
    const key = this.#keys.claim(name);
    this.#count += 1;
    const holder = `${this.#process}:${this.#count}`;
    for (;;) {
      const released = this.#nextWord(key);
      let answer: readonly [string, string, string];
      try {
        const args = [fingerprint, holder, this.#link.now(), Math.max(1, Math.round(windowMs))];
        answer = (await this.#link.run(claimScript, [key, this.#keys.leases], args)) as typeof answer;
        if (answer[0] === 'held') await released.word;
      } finally {
        released.cancel();
      }
      if (answer[0] === 'settled') return { repeated: true, fingerprint: answer[1], answer: answer[2] };
      if (answer[0] === 'taken') break;
    }
    this.#held.set(holder, key);
    return {
      repeated: false,
      holder,
      settle: async (text) => {
        if (!this.#held.delete(holder)) return;
        await this.#link.owe(() => this.#link.run(settleScript, [key], [holder, text, this.#keys.waiters]));
      },
      release: async () => {
        if (!this.#held.delete(holder)) return;
        await this.#link.owe(() => this.#link.run(releaseScript, [key], [holder, this.#keys.waiters]));
      },
    };
  }

  /** Resolves when something was said about the key, or when it is time to ask. Listens from the call on. */
  #nextWord(key: string): { readonly word: Promise<void>; cancel(): void } {
    let cancel = (): void => {};
    const word = new Promise<void>((resolve) => {
      const waiting = this.#waiting.get(key) ?? new Set();
      this.#waiting.set(key, waiting);
      waiting.add(resolve);
      const cancelTimer = this.#clock.setTimeout(resolve, ASK_AGAIN_MS);
      cancel = () => {
        cancelTimer();
        waiting.delete(resolve);
        if (waiting.size === 0 && this.#waiting.get(key) === waiting) this.#waiting.delete(key);
      };
    });
    return { word, cancel: () => cancel() };
  }
}
