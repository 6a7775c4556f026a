// What is due when, of however many connections, on one timer of the clock: a timer for each would cost each its memory.

import type { Cancel, Clock } from './seam.ts';

/** Something that is due once. It is entered in at most one agenda. */
export abstract class Entry {
  /** In the agenda's own time. */
  dueAt = 0;
  /** Place in the heap; -1: not entered. */
  place = -1;

  /** Called once, when its time has come; it may enter itself again. */
  abstract due(): void;
}

export class Agenda {
  readonly #clock: Clock;
  /** Times count from here, in whole ms: small integers take no memory of their own. */
  readonly #start: number;
  /** A binary heap: no entry is due before the one at half its place. */
  readonly #heap: Entry[] = [];
  #timer: Cancel | null = null;
  #timerAt = 0;
  #isRinging = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#start = clock.now();
  }

  now(): number {
    return Math.round(this.#clock.now() - this.#start);
  }

  /** Enters what is due `ms` from now; entered before, it is moved. */
  enter(entry: Entry, ms: number): void {
    this.enterAt(entry, this.now() + Math.max(0, ms));
  }

  /** The same at a time of {@link now}. */
  enterAt(entry: Entry, dueAt: number): void {
    if (entry.place < 0) entry.place = this.#heap.push(entry) - 1;
    entry.dueAt = Math.round(dueAt);
    this.#sift(entry);
    this.#wait();
  }

  /** Takes an entry out; harmless where it is not in. */
  cancel(entry: Entry): void {
    this.#remove(entry);
    this.#wait();
  }

  #remove(entry: Entry): void {
    const { place } = entry;
    if (place < 0) return;
    entry.place = -1;
    const last = this.#heap.pop()!;
    if (last === entry) return;
    this.#put(last, place);
    this.#sift(last);
  }

  #put(entry: Entry, place: number): void {
    this.#heap[place] = entry;
    entry.place = place;
  }

  /** Moves an entry to where it belongs. */
  #sift(entry: Entry): void {
    const heap = this.#heap;
    let { place } = entry;
    while (place > 0) {
      const above = heap[(place - 1) >> 1]!;
      if (above.dueAt <= entry.dueAt) break;
      this.#put(above, place);
      place = (place - 1) >> 1;
    }
    for (;;) {
      const left = heap[2 * place + 1];
      const right = heap[2 * place + 2];
      const below = right && left && right.dueAt < left.dueAt ? right : left;
      if (!below || below === entry || below.dueAt >= entry.dueAt) break;
      const next = below.place;
      this.#put(below, place);
      place = next;
    }
    this.#put(entry, place);
  }

  /** Has the timer go off when the first entry is due. */
  #wait(): void {
    const first = this.#heap[0];
    // One that goes off too early, for an entry that was taken out, finds nothing and is set anew.
    if (this.#isRinging || (this.#timer && first && this.#timerAt <= first.dueAt)) return;
    this.#timer?.();
    this.#timer = null;
    if (!first) return;
    this.#timerAt = first.dueAt;
    this.#timer = this.#clock.setTimeout(() => this.#ring(), first.dueAt - this.now());
  }

  #ring(): void {
    this.#timer = null;
    this.#isRinging = true;
    try {
      for (let first = this.#heap[0]; first && first.dueAt <= this.now(); first = this.#heap[0]) {
        this.#remove(first);
        first.due();
      }
    } finally {
      this.#isRinging = false;
      this.#wait();
    }
  }
}
