// Subscriptions over Redis: each message of a topic once and in order, also when the link was lost meanwhile.

import { RedisError, type RedisLink } from './engine-redis-link.ts';
import type { Cancel, Publication } from './seam.ts';

type Listener = (publication: Publication) => void;
type Link = Pick<RedisLink, 'isUp' | 'subscribe' | 'unsubscribe' | 'command' | 'owe' | 'onLost' | 'onBack'>;

interface Message {
  readonly id: string;
  readonly publication: Publication;
}

interface Topic {
  readonly listeners: Set<Listener>;
  readonly receive: (payload: string) => void;
  readonly ready: Promise<void>;
  /** Id in the log of the newest message that was told; '0-0': none. */
  seen: string;
  /** Live messages that have to wait for those that were missed; null: nothing was missed. */
  held: Message[] | null;
  /** Who waits until what was missed is told. */
  behind: (() => void)[];
  /** Who waits until a message of that id was told. */
  readonly waiting: Set<{ readonly id: string; readonly done: () => void }>;
}

/** Whether an id of a Redis stream is after another. */
export const isAfter = (id: string, other: string): boolean => {
  const [time = '', number = ''] = id.split('-');
  const [otherTime = '', otherNumber = ''] = other.split('-');
  return time === otherTime ? Number(number) > Number(otherNumber) : Number(time) > Number(otherTime);
};

const publicationOf = (envelope: string, text: string): Publication => ({
  ...(JSON.parse(envelope) as Omit<Publication, 'text'>),
  text,
});

const parse = (payload: string): Message => {
  const first = payload.indexOf('\n');
  const second = payload.indexOf('\n', first + 1);
  return {
    id: payload.slice(0, first),
    publication: publicationOf(payload.slice(first + 1, second), payload.slice(second + 1)),
  };
};

export class RedisTopics {
  readonly #link: Link;
  readonly #logOf: (topic: string) => string;
  readonly #topics = new Map<string, Topic>();
  #losses = 0;

  constructor(link: Link, logOf: (topic: string) => string) {
    this.#link = link;
    this.#logOf = logOf;
    link.onLost(() => {
      this.#losses += 1;
      for (const topic of this.#topics.values()) this.#hold(topic);
    });
    link.onBack(() => {
      for (const [name, topic] of this.#topics) void link.owe(() => this.#catchUp(name, topic));
    });
  }

  /** Resolves once everything published from then on arrives. */
  async subscribe(name: string, listener: Listener): Promise<Cancel> {
    const topic = this.#topics.get(name) ?? this.#open(name);
    topic.listeners.add(listener);
    const cancel = (): void => {
      if (!topic.listeners.delete(listener) || topic.listeners.size > 0) return;
      if (this.#topics.get(name) === topic) this.#topics.delete(name);
      for (const { done } of topic.waiting) done();
      void this.#link.unsubscribe(this.#logOf(name), topic.receive);
    };
    try {
      await topic.ready;
    } catch (error) {
      cancel();
      throw error;
    }
    return cancel;
  }

  /** Resolves when this process's own listeners were told: then an answer that follows comes after the message. */
  async told(name: string, id: string): Promise<void> {
    const topic = this.#topics.get(name);
    if (!topic || id === '' || topic.held || !isAfter(id, topic.seen)) return;
    await new Promise<void>((done) => topic.waiting.add({ id, done }));
  }

  /** Resolves once what was missed is told. Rejects where Redis is not there. */
  async caughtUp(name: string): Promise<void> {
    const topic = this.#topics.get(name);
    if (!topic?.held) return;
    if (!this.#link.isUp) throw new RedisError('Redis cannot be reached.', true);
    await new Promise<void>((done) => topic.behind.push(done));
  }

  #open(name: string): Topic {
    const log = this.#logOf(name);
    const receive = (payload: string): void => this.#receive(topic, parse(payload));
    const start = async (): Promise<void> => {
      await this.#link.subscribe(log, receive);
      const [newest] = (await this.#link.command(['XREVRANGE', log, '+', '-', 'COUNT', '1'])) as readonly [string][];
      // What was published before there was a subscription will not come.
      if (newest && topic.seen === '0-0') this.#advance(topic, newest[0]);
    };
    const topic: Topic = {
      listeners: new Set(),
      receive,
      ready: Promise.resolve().then(start),
      seen: '0-0',
      held: null,
      behind: [],
      waiting: new Set(),
    };
    this.#topics.set(name, topic);
    return topic;
  }

  #receive(topic: Topic, message: Message): void {
    if (topic.held) topic.held.push(message);
    else this.#tell(topic, message);
  }

  #tell(topic: Topic, { id, publication }: Message): void {
    if (!isAfter(id, topic.seen)) return;
    for (const listener of [...topic.listeners]) listener(publication);
    this.#advance(topic, id);
  }

  #advance(topic: Topic, id: string): void {
    topic.seen = id;
    for (const wait of [...topic.waiting]) {
      if (isAfter(wait.id, id)) continue;
      topic.waiting.delete(wait);
      wait.done();
    }
  }

  #hold(topic: Topic): void {
    topic.held ??= [];
    // What they published is in the log, and will be told.
    for (const { done } of topic.waiting) done();
    topic.waiting.clear();
  }

  /** Rejects where Redis did not say what was missed. */
  async #catchUp(name: string, topic: Topic): Promise<void> {
    // One that never came to be has told its subscriber.
    if (!topic.held || this.#topics.get(name) !== topic) return;
    const losses = this.#losses;
    await topic.ready;
    const missed = (await this.#link.command(['XRANGE', this.#logOf(name), `(${topic.seen}`, '+'])) as readonly [
      string,
      readonly string[],
    ][];
    // Two returns, one soon after the other, ask twice; a loss meanwhile is caught up on by the return that follows it.
    const { held } = topic;
    if (!held || losses !== this.#losses) return;
    topic.held = null;
    for (const [id, [, envelope = '', , text = '']] of missed) {
      this.#tell(topic, { id, publication: publicationOf(envelope, text) });
    }
    for (const message of held) this.#tell(topic, message);
    for (const done of topic.behind.splice(0)) done();
  }
}
