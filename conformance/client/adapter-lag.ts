// How late the adapter answers while the cases run: a measurement that it was too busy for is no verdict about the client.
import type { Adapter } from '../adapter/adapter.ts';
import type { Clock } from '../harness/clock.ts';

const everyMs = 100;

export class AdapterLag {
  readonly #samples: { readonly at: number; readonly tookMs: number }[] = [];
  #isStopped = false;

  constructor(adapter: Adapter, clock: Clock) {
    const sample = async () => {
      while (!this.#isStopped && adapter.failure === null) {
        const at = clock.now();
        const tookMs = await adapter.answerTime();
        this.#samples.push({ at, tookMs });
        clock.rtt.add(tookMs);
        await new Promise((resolve) => setTimeout(resolve, everyMs));
      }
    };
    // An adapter that broke is told by the next command of a case.
    sample().catch(() => {});
  }

  /** The slowest answer between two points in time, ms. */
  within(from: number, to: number): number {
    return this.#samples.reduce(
      (most, { at, tookMs }) => (at + tookMs >= from && at <= to ? Math.max(most, tookMs) : most),
      0,
    );
  }

  stop(): void {
    this.#isStopped = true;
  }
}
