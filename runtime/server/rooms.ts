// The rooms that one connection is in. Most are in none or one, and a Set takes 150 bytes before anything is in it.

export interface RoomSet extends ReadonlySet<string> {
  add(room: string): unknown;
  delete(room: string): boolean;
}

export class Rooms implements RoomSet {
  /** The only one; null: none, or several. */
  #only: string | null = null;
  #several: Set<string> | null = null;

  get size(): number {
    return this.#several?.size ?? (this.#only === null ? 0 : 1);
  }

  has(room: string): boolean {
    return this.#several?.has(room) ?? this.#only === room;
  }

  add(room: string): this {
    if (this.has(room)) return this;
    if (this.#several) this.#several.add(room);
    else if (this.#only === null) this.#only = room;
    else {
      this.#several = new Set([this.#only, room]);
      this.#only = null;
    }
    return this;
  }

  delete(room: string): boolean {
    if (this.#several) return this.#several.delete(room);
    if (this.#only !== room) return false;
    this.#only = null;
    return true;
  }

  get #all(): ReadonlySet<string> {
    return this.#several ?? new Set(this.#only === null ? [] : [this.#only]);
  }

  forEach(each: (room: string, key: string, rooms: ReadonlySet<string>) => void): void {
    for (const room of this.#all) each(room, room, this);
  }

  entries() {
    return this.#all.entries();
  }

  keys() {
    return this.#all.keys();
  }

  values() {
    return this.#all.values();
  }

  [Symbol.iterator]() {
    return this.#all.values();
  }
}
