// Which connections of this process listen to which topic: one subscription of the engine a topic.

import type { Cancel, Engine, Publication } from './seam.ts';

interface Topic<T> {
  readonly members: Set<T>;
  readonly ready: Promise<Cancel>;
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
    let topic = this.#topics.get(name);
    if (!topic) {
      const members = new Set<T>();
      topic = { members, ready: this.#engine.subscribe(name, (publication) => this.#receive(publication, members)) };
      this.#topics.set(name, topic);
    }
    topic.members.add(member);
    try {
      await topic.ready;
    } catch (error) {
      this.#forget(name, topic, member);
      throw error;
    }
  }

  remove(name: string, member: T): void {
    const topic = this.#topics.get(name);
    if (!topic?.members.has(member)) return;
    if (!this.#forget(name, topic, member)) return;
    topic.ready.then(
      (cancel) => cancel(),
      () => {},
    );
  }

  #forget(name: string, topic: Topic<T>, member: T): boolean {
    topic.members.delete(member);
    if (topic.members.size > 0) return false;
    if (this.#topics.get(name) === topic) this.#topics.delete(name);
    return true;
  }
}
