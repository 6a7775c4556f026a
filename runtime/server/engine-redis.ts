// The engine of several processes: Redis 7 holds numbers, histories, presence and claims, and carries messages between them.

import { randomUUID } from 'node:crypto';
import { RedisClaims } from './engine-redis-claims.ts';
import { RedisError, RedisLink } from './engine-redis-link.ts';
import { RedisPresence } from './engine-redis-presence.ts';
import { appendScript, dropScript, historyScript, publishScript } from './engine-redis-scripts.ts';
import { RedisTopics } from './engine-redis-topics.ts';
import type { Log } from './log.ts';
import { OutcomeUnknownError } from './refusal.ts';
import type {
  Append,
  Cancel,
  Claim,
  Clock,
  Engine,
  History,
  HistoryRange,
  Member,
  PresenceChange,
  Publication,
} from './seam.ts';

export interface RedisEngineOptions {
  /** `redis://[[USER]:PASSWORD@]HOST[:PORT][/NUMBER]`, or `rediss:` for TLS. One Redis 7, not a cluster of them. */
  readonly url: string;
  readonly clock: Clock;
  /** Of every key and channel, for several applications on one Redis. @default 'wirepact:' */
  readonly prefix?: string;
  /** How long a process that says nothing counts as living; up to one and a quarter of it later nobody counts its
   * connections any more. @default 20000 */
  readonly leaseMs?: number;
  /** How long a message whose storing was interrupted waits for Redis to come back. Then its sender's connection ends, since
   * neither an answer nor a refusal would be sure to be right. @default 3000 */
  readonly patienceMs?: number;
  /** For how long what was published is kept for a process whose subscription was interrupted, and so many messages of a topic;
   * with both, the memory that topics take in Redis is bounded. @default { messages: 1000, ms: 120000 } */
  readonly logKept?: { readonly messages: number; readonly ms: number };
  /** Told when Redis is lost and when it is back. @default warnings and errors to standard error */
  readonly log?: Log;
}

const LOG_KEPT = { messages: 1000, ms: 120_000 };

class RedisEngine implements Engine {
  readonly #link: RedisLink;
  readonly #topics: RedisTopics;
  readonly #presence: RedisPresence;
  readonly #claims: RedisClaims;
  readonly #process = randomUUID();
  readonly #prefix: string;
  readonly #patienceMs: number;
  readonly #logKept: { readonly messages: number; readonly ms: number };
  #appended = 0;

  constructor(link: RedisLink, options: RedisEngineOptions) {
    const { clock, prefix = 'wirepact:', leaseMs = 20_000, patienceMs = 3000, logKept = LOG_KEPT } = options;
    this.#link = link;
    this.#prefix = prefix;
    this.#patienceMs = patienceMs;
    this.#logKept = logKept;
    this.#topics = new RedisTopics(link, (topic) => this.#logOf(topic));
    const keys = {
      prefix,
      leases: `${prefix}leases`,
      waiters: `${prefix}waiters`,
      set: (name: string) => `${prefix}set:${name}`,
      connections: (process: string) => `${prefix}connections:${process}`,
      gone: (process: string) => `${prefix}gone:${process}`,
      claim: (key: string) => `${prefix}claim:${key}`,
    };
    this.#presence = new RedisPresence(link, clock, keys, this.#process, leaseMs);
    this.#claims = new RedisClaims(link, clock, keys, this.#process);
  }

  async start(): Promise<this> {
    await Promise.all([this.#presence.start(), this.#claims.start()]);
    return this;
  }

  async append(entry: Append): Promise<number> {
    const { settles, topic } = entry;
    const claim = settles ? this.#claims.keyOf(settles.holder) : '';
    if (claim === null) throw new RedisError('The claim is not held any more.', true);
    this.#appended += 1;
    const [before, after] = entry.text;
    const keys = [this.#streamOf(entry.stream), topic === null ? '' : this.#logOf(topic), claim];
    const args = [
      before,
      after ?? '',
      after === undefined ? 0 : 1,
      entry.timestamp,
      entry.keep,
      `${this.#process}:${this.#appended}`,
      JSON.stringify(entry.publication),
      this.#logKept.messages,
      this.#logKept.ms,
      settles?.holder ?? '',
      settles?.answer ?? '',
      `${this.#prefix}waiters`,
    ];
    const answer = (await this.#once(keys, args)) as readonly [string, string] | null;
    if (answer === null) throw new RedisError('The claim is not held any more.', true);
    if (settles) this.#claims.settled(settles.holder);
    if (topic !== null) await this.#topics.told(topic, answer[1]);
    return Number(answer[0]);
  }

  async history(name: string, range: HistoryRange, keep: number): Promise<History> {
    const args = 'after' in range ? [range.after, 0, keep] : [-1, range.since, keep];
    const answer = await this.#link.run(historyScript, [this.#streamOf(name)], args);
    const [head, oldest, oldestTimestamp, ...entries] = answer as readonly [
      string,
      string,
      string,
      ...(readonly string[])[],
    ];
    if (head === '0') return { oldest: 1, oldestTimestamp: null, head: 0, entries: [] };
    return {
      oldest: Number(oldest),
      oldestTimestamp: Number(oldestTimestamp),
      head: Number(head),
      entries: entries.map(([sequence = '', timestamp, before = '', after = '', isBetween]) => ({
        sequence: Number(sequence),
        timestamp: Number(timestamp),
        text: isBetween === '1' ? `${before}${sequence}${after}` : before,
      })),
    };
  }

  async drop(stream: string, unlessJoined?: string): Promise<void> {
    const set = unlessJoined === undefined ? '' : `${this.#prefix}set:${unlessJoined}:c`;
    await this.#link.run(dropScript, [this.#streamOf(stream), this.#valueOf(stream), set], []);
  }

  async publish(topic: string, { text, ...envelope }: Publication): Promise<void> {
    const args = [JSON.stringify(envelope), text, this.#logKept.messages, this.#logKept.ms];
    const id = await this.#link.run(publishScript, [this.#logOf(topic)], args);
    await this.#topics.told(topic, String(id));
  }

  subscribe(topic: string, listener: (publication: Publication) => void): Promise<Cancel> {
    return this.#topics.subscribe(topic, listener);
  }

  caughtUp(topic: string): Promise<void> {
    return this.#topics.caughtUp(topic);
  }

  join(set: string, connection: string, member: Member) {
    return this.#presence.join(set, connection, member);
  }

  leave(set: string, connection: string) {
    return this.#presence.leave(set, connection);
  }

  members(set: string) {
    return this.#presence.members(set);
  }

  watch(listener: (change: PresenceChange) => void): Cancel {
    return this.#presence.watch(listener);
  }

  claim(key: string, fingerprint: string, windowMs: number): Promise<Claim> {
    return this.#claims.claim(key, fingerprint, windowMs);
  }

  async load(key: string): Promise<string | null> {
    return (await this.#link.command(['GET', this.#valueOf(key)])) as string | null;
  }

  async save(key: string, text: string): Promise<void> {
    await this.#link.command(['SET', this.#valueOf(key), text]);
  }

  async close(): Promise<void> {
    await this.#presence.close();
    await this.#link.close();
  }

  /** Appends even where the answer to a first attempt is lost: the script knows what it has done. */
  async #once(keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    for (let attempt = 0; ; attempt = 1) {
      try {
        return await this.#link.run(appendScript, keys, [...args, attempt]);
      } catch (error) {
        // What is certain of a second attempt says nothing of the first.
        if (!(error instanceof RedisError) || error.isCertain) {
          throw attempt === 0 ? error : new OutcomeUnknownError(error);
        }
        if (!(await this.#link.isBackWithin(this.#patienceMs))) throw new OutcomeUnknownError(error);
      }
    }
  }

  #streamOf(name: string): string {
    return `${this.#prefix}history:${name}`;
  }

  #logOf(topic: string): string {
    return `${this.#prefix}topic:${topic}`;
  }

  #valueOf(key: string): string {
    return `${this.#prefix}value:${key}`;
  }
}

/** Shares everything between all processes with the same Redis and prefix. Rejects with a sentence where Redis cannot be
 * reached, or the package `@redis/client` is not installed; later it is waited for, and nothing is accepted meanwhile. */
export const redisEngine = async (options: RedisEngineOptions): Promise<Engine> => {
  const link = await RedisLink.open(options);
  try {
    return await new RedisEngine(link, options).start();
  } catch (error) {
    await link.close();
    throw error;
  }
};
