// The suite's end of the adapter protocol: commands get ids and wait for their answers, events go to the client they are about.
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { readLine, writeLine } from './lines.ts';
import { AdapterError, type AdapterEvent, type Answer, type Command, Unsupported } from './protocol.ts';

/** How lines travel: a process's standard streams, or a WebSocket. */
export interface Transport {
  /** For reports: the command, or the address. */
  readonly name: string;
  write(line: string): void;
  /** Called once, before anything is written. */
  listen(onLine: (line: string) => void, onEnd: (why: string) => void): void;
  /** Ends it; resolves when it has ended. */
  end(): Promise<void>;
}

/** The longest that an adapter may take to answer a command, ms, unscaled; the first one, while it may still be starting a browser. */
const answerWithinMs = 10_000;
const helloWithinMs = 60_000;

interface Pending {
  readonly op: string;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

export interface Introduction {
  readonly name: string;
  /** Channels that the client speaks; null: all. */
  readonly channels: readonly string[] | null;
  /** Cases that may run side by side; null: as many as the suite likes. */
  readonly parallel: number | null;
}

export class Adapter {
  readonly #transport: Transport;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Map<string, (event: AdapterEvent) => void>();
  #ids = 0;
  #isEnding = false;
  /** Set when the adapter broke the protocol or ended; every later command fails with it. */
  failure: AdapterError | null = null;
  /** Called once, when {@link failure} is set. */
  onFailure: (error: AdapterError) => void = () => {};

  constructor(transport: Transport) {
    this.#transport = transport;
    transport.listen(
      (line) => this.#read(line),
      (why) => this.#fail(new AdapterError(why)),
    );
  }

  get name(): string {
    return this.#transport.name;
  }

  /** Introduces the contract, and finds out whether unknown commands are answered `unsupported`. */
  async introduce(contract: { title: string; version: string; hash: string }): Promise<Introduction> {
    const { title, version, hash } = contract;
    const hello = await this.ask({ op: 'hello', protocol: 1, contract: { title, version, hash } });
    const probe = `probe-${randomBytes(4).toString('hex')}` as const;
    const isHonest = await this.ask({ op: probe }).then(
      () => false,
      (error: unknown) => {
        if (error instanceof Unsupported) return true;
        throw error;
      },
    );
    if (!isHonest) {
      throw new AdapterError(
        `The adapter said ok to ${probe}, a command that does not exist. What it does not know it must answer with the error code "unsupported", or nothing it says can be believed.`,
      );
    }
    const { name, version: release } = hello.implementation ?? { name: this.name };
    return {
      name: [name, release].filter(Boolean).join(' '),
      channels: hello.channels ?? null,
      parallel: hello.parallel ?? null,
    };
  }

  /** The id of a command in advance: events may speak of it before its answer comes. */
  ask(command: Command, onId: (id: number) => void = () => {}): Promise<Answer> {
    if (this.failure !== null) return Promise.reject(this.failure);
    this.#ids += 1;
    const id = this.#ids;
    onId(id);
    return new Promise((resolve, reject) => {
      const withinMs = command.op === 'hello' ? helloWithinMs : answerWithinMs;
      const timer = setTimeout(() => {
        this.#fail(new AdapterError(`The adapter did not answer ${command.op} within ${withinMs / 1000} s.`));
      }, withinMs);
      this.#pending.set(id, { op: command.op, resolve, reject, timer });
      this.#transport.write(writeLine({ ...command, id }));
    });
  }

  /** Milliseconds that it takes to answer a command that it does not know: how late it is with everything else. */
  async answerTime(): Promise<number> {
    const from = performance.now();
    await this.ask({ op: 'probe-0' }).catch((error: unknown) => {
      if (!(error instanceof Unsupported)) throw error;
    });
    return performance.now() - from;
  }

  listen(client: string, listener: (event: AdapterEvent) => void): void {
    this.#listeners.set(client, listener);
  }

  forget(client: string): void {
    // What a client says after it was disposed of is nobody's.
    this.#listeners.set(client, () => {});
  }

  async end(): Promise<void> {
    if (this.failure === null) {
      this.#isEnding = true;
      await Promise.race([
        this.ask({ op: 'bye' }).catch(() => {}),
        new Promise((resolve) => setTimeout(resolve, 1000).unref()),
      ]);
    }
    this.#isEnding = true;
    await this.#transport.end();
    for (const { timer } of this.#pending.values()) clearTimeout(timer);
  }

  #read(line: string): void {
    if (line.trim() === '' || this.failure !== null) return;
    try {
      const read = readLine(line);
      if (read.kind === 'answer') this.#settle(read.answer);
      else this.#tell(read.event);
    } catch (error) {
      this.#fail(error as AdapterError);
    }
  }

  #settle(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    if (pending === undefined) {
      throw new AdapterError(`The adapter answered command ${answer.id}, which waits for no answer.`);
    }
    this.#pending.delete(answer.id);
    clearTimeout(pending.timer);
    if (answer.error === undefined) pending.resolve(answer);
    else if (answer.error.code === 'unsupported') pending.reject(new Unsupported(pending.op));
    else pending.reject(new AdapterError(`The adapter could not ${pending.op}: ${answer.error.message}`));
  }

  #tell(event: AdapterEvent): void {
    const listener = this.#listeners.get(event.client);
    if (listener === undefined) {
      throw new AdapterError(`The adapter told of the client ${event.client}, which was never created.`);
    }
    listener(event);
  }

  #fail(error: AdapterError): void {
    if (this.failure !== null || this.#isEnding) return;
    this.failure = error;
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#pending.clear();
    this.onFailure(error);
  }
}
