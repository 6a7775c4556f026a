// The two connections to Redis, one for commands and one for subscriptions: scripts, loss and return.

import { createHash } from 'node:crypto';
import { loadPackage } from './engine-package.ts';
import { consoleLog, type Log } from './log.ts';
import type { Cancel, Clock } from './seam.ts';

/** What is asked of a client of `@redis/client`. */
interface Client {
  readonly isReady: boolean;
  connect(): Promise<unknown>;
  sendCommand(args: string[]): Promise<unknown>;
  subscribe(channel: string, listener: (message: string) => void): Promise<void>;
  unsubscribe(channel: string, listener: (message: string) => void): Promise<void>;
  on(event: string, listener: (error: Error) => void): unknown;
  close(): Promise<unknown>;
  destroy(): void;
}

export interface LinkOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly log?: Log;
}

/** A command that failed. `isCertain`: Redis did nothing; otherwise its answer was lost on the way. */
export class RedisError extends Error {
  readonly isCertain: boolean;

  constructor(text: string, isCertain: boolean, cause?: unknown) {
    super(text, { cause });
    this.name = 'RedisError';
    this.isCertain = isCertain;
  }
}

export interface Script {
  readonly source: string;
  readonly sha: string;
}

export const script = (source: string): Script => ({
  source,
  sha: createHash('sha1').update(source).digest('hex'),
});

// A link that carries nothing for so long is cut: the ping of a live one is answered well before.
const PING_MS = 2000;
const SILENCE_MS = 6000;
const CONNECT_MS = 5000;
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 1000;

const withoutPassword = (url: string): string => url.replace(/\/\/[^@/]*@/, '//');

export class RedisLink {
  readonly #commands: Client;
  readonly #subscriptions: Client;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #isReply: (error: unknown) => boolean;
  readonly #lost = new Set<() => void>();
  readonly #back = new Set<() => void>();
  #owed: (() => Promise<unknown>)[] = [];
  #offset = 0;
  #isUp = false;
  #isClosed = false;

  private constructor(
    commands: Client,
    subscriptions: Client,
    options: LinkOptions,
    isReply: (error: unknown) => boolean,
  ) {
    this.#commands = commands;
    this.#subscriptions = subscriptions;
    this.#clock = options.clock;
    this.#log = options.log ?? consoleLog;
    this.#isReply = isReply;
  }

  /** Rejects with a sentence where the package is missing, or Redis cannot be reached at the start. Later it is waited for. */
  static async open(options: LinkOptions): Promise<RedisLink> {
    const { createClient, ErrorReply } = await loadPackage('Redis', '@redis/client', () => import('@redis/client'));
    let hasConnected = false;
    const reconnectStrategy = (retries: number, cause: Error): number | Error =>
      hasConnected ? Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(retries, 8)) : cause;
    const socket = { reconnectStrategy, connectTimeout: CONNECT_MS, socketTimeout: SILENCE_MS };
    const create = (): Client =>
      createClient({ url: options.url, socket, pingInterval: PING_MS, disableOfflineQueue: true });
    let clients: readonly [Client, Client];
    try {
      clients = [create(), create()];
    } catch (error) {
      throw new Error(`${withoutPassword(options.url)} is no URL of a Redis server: redis://HOST:PORT.`, {
        cause: error,
      });
    }
    const link = new RedisLink(...clients, options, (error) => error instanceof ErrorReply);
    for (const client of clients) link.#watch(client);
    try {
      await Promise.all(clients.map((client) => client.connect()));
    } catch (error) {
      link.#destroy();
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`Redis cannot be reached at ${withoutPassword(options.url)}: ${reason}`, { cause: error });
    }
    hasConnected = true;
    await link.#measure();
    link.#isUp = true;
    return link;
  }

  /** Milliseconds since the epoch as Redis counts them, advancing by the engine's clock. */
  now(): number {
    return Math.round(this.#clock.now() + this.#offset);
  }

  /** Whether both connections are there. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Whether messages of subscriptions arrive. */
  get isHearing(): boolean {
    return this.#subscriptions.isReady;
  }

  /** Rejects with a {@link RedisError}. */
  async run({ source, sha }: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...args.map(String)];
    try {
      return await this.command(['EVALSHA', sha, ...rest]);
    } catch (error) {
      // A Redis that was restarted has forgotten its scripts.
      if (!(error instanceof RedisError) || !error.message.startsWith('NOSCRIPT')) throw error;
      return await this.command(['EVAL', source, ...rest]);
    }
  }

  async command(args: readonly string[]): Promise<unknown> {
    if (!this.#commands.isReady) throw new RedisError('Redis cannot be reached.', true);
    try {
      return await this.#commands.sendCommand([...args]);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      throw new RedisError(text, this.#isReply(error), error);
    }
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<void> {
    if (!this.#subscriptions.isReady) throw new RedisError('Redis cannot be reached.', true);
    await this.#subscriptions.subscribe(channel, listener);
  }

  /** Harmless where the link is down: a connection that comes back subscribes only to what is still wanted. */
  async unsubscribe(channel: string, listener: (message: string) => void): Promise<void> {
    if (!this.#isClosed) await this.#subscriptions.unsubscribe(channel, listener).catch(() => {});
  }

  /** Called when what is published is no longer heard. */
  onLost(listener: () => void): void {
    this.#lost.add(listener);
  }

  /** Called when both connections are there again. */
  onBack(listener: () => void): Cancel {
    this.#back.add(listener);
    return () => this.#back.delete(listener);
  }

  /** Whether the link is there, or comes back within so long. */
  isBackWithin(ms: number): Promise<boolean> {
    if (this.#isUp) return Promise.resolve(true);
    return new Promise((resolve) => {
      const cancelTimer = this.#clock.setTimeout(() => {
        cancelListener();
        resolve(false);
      }, ms);
      const cancelListener = this.onBack(() => {
        cancelTimer();
        cancelListener();
        resolve(true);
      });
    });
  }

  /** Does what has to be done, now or when the link is back; and again, where it fails while the link is there. */
  async owe(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch {
      if (this.#isClosed) return;
      if (this.#isUp) this.#clock.setTimeout(() => void this.owe(work), LONGEST_RETRY_MS);
      else this.#owed.push(work);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const clients = [this.#commands, this.#subscriptions];
    if (clients.every((client) => client.isReady)) await Promise.all(clients.map((client) => client.close()));
    else this.#destroy();
  }

  #destroy(): void {
    this.#isClosed = true;
    for (const client of [this.#commands, this.#subscriptions]) {
      try {
        client.destroy();
      } catch {
        // It was never opened, or has given up by itself.
      }
    }
  }

  #watch(client: Client): void {
    const lost = (error: Error | undefined): void => {
      if (client === this.#subscriptions) for (const listener of [...this.#lost]) listener();
      if (!this.#isUp || this.#isClosed) return;
      this.#isUp = false;
      this.#tell('warn', 'redis-lost', error?.message ?? 'the connection ended');
      // Not every error ends a connection: no `ready` follows one that did not.
      this.#retry();
    };
    client.on('error', lost);
    client.on('reconnecting', lost);
    client.on('ready', () => void this.#ready());
  }

  async #ready(): Promise<void> {
    if (this.#isUp || this.#isClosed || !this.#commands.isReady || !this.#subscriptions.isReady) return;
    try {
      await this.#measure();
    } catch {
      // Still loading its file, or gone again.
      this.#retry();
      return;
    }
    if (this.#isUp || this.#isClosed || !this.#commands.isReady || !this.#subscriptions.isReady) return;
    this.#isUp = true;
    this.#tell('info', 'redis-back', 'the connection is there again');
    const owed = this.#owed;
    this.#owed = [];
    for (const work of owed) await this.owe(work);
    for (const listener of [...this.#back]) listener();
  }

  #retry(): void {
    this.#clock.setTimeout(() => void this.#ready(), FIRST_RETRY_MS);
  }

  /** Rejects also while Redis loads its file: it tells the time then, and does nothing else. */
  async #measure(): Promise<void> {
    await this.command(['DBSIZE']);
    const [seconds, micros] = (await this.command(['TIME'])) as readonly [string, string];
    this.#offset = Number(seconds) * 1000 + Number(micros) / 1000 - this.#clock.now();
  }

  #tell(level: 'info' | 'warn', event: string, detail: string): void {
    this.#log({ level, event, channel: null, connection: null, detail });
  }
}
