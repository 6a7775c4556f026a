// Counts connections at once: all of them, those of an address, and those of a user, who may also share one rate.

import type { Bounds } from './bounds.ts';
import { HANDSHAKES } from './bounds.ts';
import { RateLimit } from './rate.ts';
import { RateBook } from './rate-book.ts';
import type { Cancel, Clock } from './seam.ts';

interface UserEntry {
  connections: number;
  readonly rate: RateLimit | null;
}

/** What a connection of a user holds until it leaves. */
export interface Place {
  readonly rate: RateLimit | null;
  /** Null: nothing is held. */
  readonly leave: Cancel | null;
}

const UNBOUNDED: Place = { rate: null, leave: null };

export class Crowd {
  readonly #bounds: Bounds;
  readonly #clock: Clock;
  readonly #addresses = new Map<string, number>();
  readonly #handshakes: RateBook | null;
  readonly #users = new Map<string, UserEntry>();
  /** Users without connections, the longest gone first: what they have used up of their rate is kept till it is made up for. */
  readonly #gone = new Set<string>();
  #total = 0;
  #waiting = 0;

  constructor(bounds: Bounds, clock: Clock) {
    this.#bounds = bounds;
    this.#clock = clock;
    this.#handshakes = bounds.handshakeRate ? new RateBook(bounds.handshakeRate, clock) : null;
  }

  /** Whether it matters from which address somebody comes. */
  get isByAddress(): boolean {
    return this.#handshakes !== null || this.#bounds.connectionsPerAddress !== undefined;
  }

  /** Counts a socket that asks for an upgrade until it is called off (null: nothing is counted); or the status by which it is
   * refused. */
  enter(address: string): Cancel | number | null {
    const { connections = Infinity, connectionsPerAddress = Infinity, handshakes = HANDSHAKES } = this.#bounds;
    if (this.#total >= connections || this.#waiting >= handshakes) return 503;
    if (this.#handshakes && this.#handshakes.take(address) !== 'within') return 429;
    // Nothing is remembered of a connection for a bound that is none.
    if (connections === Infinity && connectionsPerAddress === Infinity) return null;
    const ofAddress = this.#addresses.get(address) ?? 0;
    if (ofAddress >= connectionsPerAddress) return 429;
    this.#total += 1;
    this.#addresses.set(address, ofAddress + 1);
    return () => {
      this.#total -= 1;
      const left = (this.#addresses.get(address) ?? 1) - 1;
      if (left === 0) this.#addresses.delete(address);
      else this.#addresses.set(address, left);
    };
  }

  /** Counts a handshake while its verdict is awaited. */
  async waiting<T>(verdict: Promise<T>): Promise<T> {
    this.#waiting += 1;
    try {
      return await verdict;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Gives a user's connection its place; null: he has as many as he may. */
  take(user: string): Place | null {
    const { connectionsPerUser = Infinity, userRate } = this.#bounds;
    if (connectionsPerUser === Infinity && !userRate) return UNBOUNDED;
    let entry = this.#users.get(user);
    if (entry && entry.connections >= connectionsPerUser) return null;
    if (!entry) {
      // Strikes are counted by the connection's own rate.
      const rate = userRate ? new RateLimit({ ...userRate, strikes: Infinity, code: 1008 }, this.#clock) : null;
      entry = { connections: 0, rate };
      this.#users.set(user, entry);
    }
    const own = entry;
    own.connections += 1;
    this.#gone.delete(user);
    return {
      rate: own.rate,
      leave: () => {
        own.connections -= 1;
        if (own.connections === 0) this.#gone.add(user);
        this.#forget();
      },
    };
  }

  #forget(): void {
    for (const user of this.#gone) {
      if (this.#users.get(user)?.rate?.isFull === false) return;
      this.#gone.delete(user);
      this.#users.delete(user);
    }
  }
}
