// The engine of one process: histories, subscriptions, presence and idempotency in maps.

import type {
  Append,
  Cancel,
  Claim,
  Clock,
  Engine,
  History,
  HistoryEntry,
  HistoryRange,
  Member,
  Publication,
} from './seam.ts';

interface Stream {
  head: number;
  entries: HistoryEntry[];
}

interface PresenceSet {
  readonly createdAt: number;
  /** User of each connection. */
  readonly connections: Map<string, string>;
  readonly users: Map<string, Member>;
  /** How many connections a user has, where there is more than one. */
  readonly several: Map<string, number>;
}

interface Reservation {
  readonly holder: string;
  readonly fingerprint: string;
  readonly expiresAt: number;
  /** Resolves to the answer, or to null when the key was released. */
  readonly settled: Promise<string | null>;
}

// Old entries are cut off in slices, so that keeping costs no copy a message.
const TRIM_SLACK = 256;
const SWEEP_EVERY = 1024;

class MemoryEngine implements Engine {
  readonly #clock: Clock;
  readonly #streams = new Map<string, Stream>();
  readonly #listeners = new Map<string, Set<(publication: Publication) => void>>();
  readonly #sets = new Map<string, PresenceSet>();
  readonly #reservations = new Map<string, Reservation>();
  readonly #values = new Map<string, string>();
  /** How to settle each claim that is held, by its holder. */
  readonly #held = new Map<string, (answer: string) => void>();
  #claims = 0;
  #holders = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async append(entry: Append): Promise<number> {
    this.#settle(entry.settles);
    let stream = this.#streams.get(entry.stream);
    if (!stream) {
      stream = { head: 0, entries: [] };
      this.#streams.set(entry.stream, stream);
    }
    const sequence = ++stream.head;
    const text = entry.text.length === 1 ? entry.text[0] : `${entry.text[0]}${sequence}${entry.text[1]}`;
    stream.entries.push({ sequence, timestamp: entry.timestamp, text });
    if (stream.entries.length > entry.keep + TRIM_SLACK) stream.entries = stream.entries.slice(-entry.keep);
    if (entry.topic !== null) this.#tell(entry.topic, { ...entry.publication, text });
    return sequence;
  }

  async history(name: string, range: HistoryRange, keep: number): Promise<History> {
    const stream = this.#streams.get(name);
    if (!stream) return { oldest: 1, oldestTimestamp: null, head: 0, entries: [] };
    const kept = stream.entries.slice(-keep);
    const oldest = kept[0];
    const entries =
      'after' in range
        ? kept.slice(Math.max(0, range.after + 1 - (oldest?.sequence ?? 0)))
        : kept.filter((entry) => entry.timestamp >= range.since);
    return {
      oldest: oldest?.sequence ?? stream.head + 1,
      oldestTimestamp: oldest?.timestamp ?? null,
      head: stream.head,
      entries,
    };
  }

  async drop(stream: string, unlessJoined?: string): Promise<void> {
    if (unlessJoined !== undefined && this.#sets.has(unlessJoined)) return;
    this.#streams.delete(stream);
    this.#values.delete(stream);
  }

  async publish(topic: string, publication: Publication): Promise<void> {
    this.#tell(topic, publication);
  }

  async subscribe(topic: string, listener: (publication: Publication) => void): Promise<Cancel> {
    let listeners = this.#listeners.get(topic);
    if (!listeners) {
      listeners = new Set();
      this.#listeners.set(topic, listeners);
    }
    const own = listeners;
    own.add(listener);
    return () => {
      own.delete(listener);
      if (own.size === 0 && this.#listeners.get(topic) === own) this.#listeners.delete(topic);
    };
  }

  async join(
    name: string,
    connection: string,
    member: Member,
  ): Promise<{ first: boolean; joined: boolean; member: Member }> {
    let set = this.#sets.get(name);
    if (!set) {
      set = { createdAt: this.#clock.now(), connections: new Map(), users: new Map(), several: new Map() };
      this.#sets.set(name, set);
    }
    const { id } = member.user;
    const known = set.users.get(id);
    if (known && set.connections.has(connection)) return { first: false, joined: false, member: known };
    set.connections.set(connection, id);
    if (known) {
      set.several.set(id, (set.several.get(id) ?? 1) + 1);
      return { first: false, joined: true, member: known };
    }
    set.users.set(id, member);
    return { first: true, joined: true, member };
  }

  async leave(name: string, connection: string): Promise<{ left: Member | null; last: boolean; empty: boolean }> {
    const set = this.#sets.get(name);
    const id = set?.connections.get(connection);
    const member = id === undefined ? undefined : set?.users.get(id);
    if (!set || id === undefined || !member) return { left: null, last: false, empty: !set };
    set.connections.delete(connection);
    const left = (set.several.get(id) ?? 1) - 1;
    const last = left === 0;
    if (last) set.users.delete(id);
    if (left > 1) set.several.set(id, left);
    else set.several.delete(id);
    const empty = set.connections.size === 0;
    if (empty) this.#sets.delete(name);
    return { left: member, last, empty };
  }

  async members(name: string): Promise<{ createdAt: number | null; members: readonly Member[] }> {
    const set = this.#sets.get(name);
    return {
      createdAt: set?.createdAt ?? null,
      members: set ? [...set.users.values()] : [],
    };
  }

  async claim(key: string, fingerprint: string, windowMs: number): Promise<Claim> {
    this.#sweep();
    for (;;) {
      const known = this.#reservations.get(key);
      if (!known || known.expiresAt <= this.#clock.now()) break;
      const answer = await known.settled;
      if (answer !== null) return { repeated: true, fingerprint: known.fingerprint, answer };
    }
    let resolve: (answer: string | null) => void = () => {};
    const settled = new Promise<string | null>((done) => {
      resolve = done;
    });
    this.#holders += 1;
    const holder = String(this.#holders);
    const settle = (answer: string): void => {
      this.#held.delete(holder);
      resolve(answer);
    };
    this.#reservations.set(key, { holder, fingerprint, expiresAt: this.#clock.now() + windowMs, settled });
    this.#held.set(holder, settle);
    return {
      repeated: false,
      holder,
      settle: async (answer) => settle(answer),
      release: async () => {
        if (!this.#held.delete(holder)) return;
        if (this.#reservations.get(key)?.holder === holder) this.#reservations.delete(key);
        resolve(null);
      },
    };
  }

  async load(key: string): Promise<string | null> {
    return this.#values.get(key) ?? null;
  }

  async save(key: string, text: string): Promise<void> {
    this.#values.set(key, text);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
  }

  #tell(topic: string, publication: Publication): void {
    const listeners = this.#listeners.get(topic);
    if (listeners) for (const listener of [...listeners]) listener(publication);
  }

  #settle(settles: Append['settles']): void {
    if (!settles) return;
    const settle = this.#held.get(settles.holder);
    if (!settle) throw new Error('The claim is not held any more.');
    settle(settles.answer);
  }

  #sweep(): void {
    this.#claims += 1;
    if (this.#claims % SWEEP_EVERY !== 0) return;
    const now = this.#clock.now();
    for (const [key, { expiresAt }] of this.#reservations) if (expiresAt <= now) this.#reservations.delete(key);
  }
}

/** Keeps everything in this process, for as long as it lives. */
export const memoryEngine = (options: { readonly clock: Clock }): Engine => new MemoryEngine(options.clock);
