// Does one thing after the other, and stops reading from the connection while too much waits.

// Beyond so many messages waiting for their handlers, nothing more is read from the socket.
const PAUSE_AT = 64;
const RESUME_AT = 16;

export type Task = () => Promise<void>;

export interface TaskQueueOwner {
  pause(): void;
  resume(): void;
  /** A task threw; the next one is done all the same. */
  failed(error: unknown): void;
}

export class TaskQueue {
  readonly #owner: TaskQueueOwner;
  /** Null while nothing is to be done: an idle connection holds no memory for it. */
  #tasks: Task[] | null = null;
  #isPaused = false;

  constructor(owner: TaskQueueOwner) {
    this.#owner = owner;
  }

  add(task: Task): void {
    if (!this.#tasks) {
      this.#tasks = [task];
      void this.#run(this.#tasks);
      return;
    }
    this.#tasks.push(task);
    if (this.#tasks.length >= PAUSE_AT && !this.#isPaused) {
      this.#isPaused = true;
      this.#owner.pause();
    }
  }

  /** Resolves when everything that was added before is done. */
  idle(): Promise<void> {
    return new Promise((resolve) => this.add(async () => resolve()));
  }

  async #run(tasks: Task[]): Promise<void> {
    for (let task = tasks.shift(); task; task = tasks.shift()) {
      try {
        await task();
      } catch (error) {
        this.#owner.failed(error);
      }
      if (this.#isPaused && tasks.length <= RESUME_AT) {
        this.#isPaused = false;
        this.#owner.resume();
      }
    }
    this.#tasks = null;
  }
}
