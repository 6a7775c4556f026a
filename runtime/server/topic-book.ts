// Which connections of this process listen to which topic: one subscription of the engine a topic.

import type { Cancel, Engine, Publication } from './seam.ts';

interface Topic<T> {
  readonly members: Set<T>;
  readonly ready: Promise<Cancel>;
  /** How many are about to become members. */
  adding: number;
}

export class TopicBook<T> {
  readonly #engine: Engine;
  readonly #receive: (publication: Publication, members: ReadonlySet<T>) => void;
  readonly #topics = new Map<string, Topic<T>>();

  constructor(engine: Engine, receive: (publication: Publication, members: ReadonlySet<T>) => void) {
    this.#engine = engine;
    this.#receive = receive;
  }

  /** Resolves once what is published from then on reaches the member. */
  async add(name: string, member: T): Promise<void> {
    const topic = this.#topics.get(name) ?? this.#open(name);
    topic.adding += 1;
    try {
      await topic.ready;
      // What was published before, and comes late, is not for who was elsewhere meanwhile: it may have got what is newer.
      await this.#engine.caughtUp?.(name);
      topic.members.add(member);
    } finally {
      topic.adding -= 1;
      this.#tidy(name, topic);
    }
  }

  remove(name: string, member: T): void {
    const topic = this.#topics.get(name);
    if (topic?.members.delete(member)) this.#tidy(name, topic);
  }

  #open(name: string): Topic<T> {
    const members = new Set<T>();
    const ready = this.#engine.subscribe(name, (publication) => this.#receive(publication, members));
    const topic = { members, ready, adding: 0 };
    this.#topics.set(name, topic);
    return topic;
  }

  /** Ends the subscription of a topic without members. */
  #tidy(name: string, topic: Topic<T>): void {
    if (topic.members.size > 0 || topic.adding > 0 || this.#topics.get(name) !== topic) return;
    this.#topics.delete(name);
    topic.ready.then(
      (cancel) => cancel(),
      () => {},
    );
  }
}
