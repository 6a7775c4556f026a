// Puts what is to be written within one tick of the event loop into one transaction, so that a burst costs one sync of
// the disk and not one a message.

/** What is asked of a database. */
interface Transactions {
  exec(sql: string): unknown;
  readonly inTransaction: boolean;
}

interface Job {
  readonly write: () => unknown;
  readonly committed: (result: unknown) => void;
  readonly failed: (error: unknown) => void;
}

// What waits beyond that goes into the next transaction: a commit holds up everything else.
const LARGEST_GROUP = 512;

export class GroupCommit {
  readonly #database: Transactions;
  #jobs: Job[] = [];
  #isScheduled = false;
  #isClosed = false;

  constructor(database: Transactions) {
    this.#database = database;
  }

  /** Resolves when it is on disk. All of a group are written, or none. `after` runs before anything of a later group. */
  add<T>(write: () => T, after: (result: T) => void = () => {}): Promise<T> {
    if (this.#isClosed) return Promise.reject(new Error('The engine is closed.'));
    return new Promise((resolve, reject) => {
      const committed = (result: unknown): void => {
        after(result as T);
        resolve(result as T);
      };
      this.#jobs.push({ write, committed, failed: reject });
      this.#schedule();
    });
  }

  /** Writes what waits, and takes no more. */
  close(): void {
    this.#isClosed = true;
    while (this.#jobs.length > 0) this.#commit();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#commit();
      if (this.#jobs.length > 0) this.#schedule();
    });
  }

  #commit(): void {
    const jobs = this.#jobs.splice(0, LARGEST_GROUP);
    if (jobs.length === 0) return;
    const outcome = this.#transact(jobs);
    if (outcome.ok) {
      for (const [index, job] of jobs.entries()) job.committed(outcome.results[index]);
    } else if (jobs.length === 1) jobs[0]!.failed(outcome.error);
    // One that cannot be written must not take the others of its group along.
    else for (const job of jobs) this.#alone(job);
  }

  #alone(job: Job): void {
    const outcome = this.#transact([job]);
    if (outcome.ok) job.committed(outcome.results[0]);
    else job.failed(outcome.error);
  }

  #transact(jobs: readonly Job[]): { ok: true; results: unknown[] } | { ok: false; error: unknown } {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      const results = jobs.map((job) => job.write());
      this.#database.exec('COMMIT');
      return { ok: true, results };
    } catch (error) {
      // Some errors, a full disk among them, end the transaction by themselves.
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
      return { ok: false, error };
    }
  }
}
