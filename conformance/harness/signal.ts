// Waiting for a condition: whatever changes something wakes it, and nothing polls.

export class Signal {
  readonly #waiters = new Set<{ readonly check: () => boolean; readonly resolve: () => void }>();

  wake(): void {
    for (const waiter of [...this.#waiters]) if (waiter.check()) waiter.resolve();
  }

  /** False where it does not come to hold within the time. */
  async until(condition: () => boolean, withinMs: number): Promise<boolean> {
    if (condition()) return true;
    return await new Promise((resolve) => {
      const waiter = {
        check: condition,
        resolve: () => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve(true);
        },
      };
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        // A last look: a timer that fires late must not report what already came as missing.
        setImmediate(() => resolve(condition()));
      }, withinMs);
      this.#waiters.add(waiter);
    });
  }
}
