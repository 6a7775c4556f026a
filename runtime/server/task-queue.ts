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
  readonly #tasks: Task[] = [];
  #waiting: (() => void)[] = [];
  #isRunning = false;
  #isPaused = false;

  constructor(owner: TaskQueueOwner) {
    this.#owner = owner;
  }

  add(task: Task): void {
    this.#tasks.push(task);
    if (!this.#isRunning) void this.#run();
    else if (this.#tasks.length >= PAUSE_AT && !this.#isPaused) {
      this.#isPaused = true;
      this.#owner.pause();
    }
  }

  /** Resolves when nothing is left to do. */
  idle(): Promise<void> {
    return this.#isRunning ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let task = this.#tasks.shift(); task; task = this.#tasks.shift()) {
      try {
        await task();
      } catch (error) {
        this.#owner.failed(error);
      }
      if (this.#isPaused && this.#tasks.length <= RESUME_AT) {
        this.#isPaused = false;
        this.#owner.resume();
      }
    }
    this.#isRunning = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
