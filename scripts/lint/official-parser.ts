// The official AsyncAPI parser beside our own work: loading and running it takes longer than all else that is done to a document.
import { Worker } from 'node:worker_threads';

export interface Diagnostic {
  readonly code: string;
  /** 0 error, 1 warning, 2 information, 3 hint. */
  readonly severity: number;
  readonly message: string;
  readonly path: readonly string[];
  /** Both from 0. */
  readonly start: { readonly line: number; readonly character: number };
}

interface Answer {
  readonly id: number;
  readonly diagnostics?: readonly Diagnostic[] | null;
  readonly error?: string;
}

interface Waiting {
  resolve(diagnostics: readonly Diagnostic[] | null): void;
  reject(error: Error): void;
}

/** The parser where it is wanted, loading in its thread while the document is read here. */
export function startOfficial(wanted: { readonly lint?: boolean; readonly official?: boolean }): OfficialParser | null {
  const { lint = true, official = true } = wanted;
  return lint && official ? new OfficialParser() : null;
}

/** Begins to load the parser at once. Keeps no process alive unless an answer is owed. */
export class OfficialParser {
  readonly #worker = new Worker(new URL('./official-thread.js', import.meta.url));
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  constructor() {
    this.#worker.unref();
    this.#worker.on('message', (answer: Answer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#settled(answer.id);
      if (answer.error === undefined) waiting?.resolve(answer.diagnostics ?? null);
      else waiting?.reject(new Error(`The official AsyncAPI parser failed: ${answer.error}`));
    });
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('The official AsyncAPI parser was stopped.')));
  }

  /** Null where the parser is not installed. */
  parse(path: string, text: string): Promise<readonly Diagnostic[] | null> {
    this.#last += 1;
    const id = this.#last;
    this.#worker.ref();
    const answer = new Promise<readonly Diagnostic[] | null>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    // Others work on meanwhile: a failure is theirs when they ask for the answer.
    answer.catch(() => undefined);
    this.#worker.postMessage({ id, path, text });
    return answer;
  }

  stop(): void {
    void this.#worker.terminate();
  }

  #settled(id: number): void {
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.unref();
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
