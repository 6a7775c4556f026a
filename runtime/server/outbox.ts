// Gathers the frames that a connection is to get in one tick of the event loop into one write.

import { Buffer } from 'node:buffer';

// A burst that is larger is written at once, so that what is unsent is what the network did not take.
const FLUSH_BYTES = 65_536;

interface Sink {
  /** False once it was ended or destroyed. */
  readonly writable: boolean;
  write(bytes: Buffer): unknown;
}

interface Joined {
  readonly frames: readonly Buffer[];
  readonly bytes: Buffer;
}

// Connections of one room mostly get the same frames in the same tick: the joined bytes are made once. A few lists are
// remembered, since among those who get the same there are some who get an answer too.
const REMEMBERED = 4;
let recent: Joined[] = [];

const isSame = (one: readonly Buffer[], other: readonly Buffer[]): boolean => {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false;
  return true;
};

const join = (frames: readonly Buffer[]): Buffer => {
  if (frames.length === 1) return frames[0]!;
  for (const known of recent) if (isSame(known.frames, frames)) return known.bytes;
  const joined = { frames, bytes: Buffer.concat(frames) };
  if (recent.length === REMEMBERED) recent.pop();
  recent.unshift(joined);
  return joined.bytes;
};

let waiting: Outbox[] = [];

const flushAll = (): void => {
  const ready = waiting;
  waiting = [];
  for (const outbox of ready) outbox.flush();
  recent = [];
};

export class Outbox {
  readonly #sink: Sink;
  /** Null while nothing waits: an idle connection holds no memory for it. */
  #frames: Buffer[] | null = null;
  #bytes = 0;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** Bytes held back until the tick ends. */
  get bytes(): number {
    return this.#bytes;
  }

  push(frame: Buffer): void {
    this.#bytes += frame.length;
    if (this.#frames) this.#frames.push(frame);
    else {
      this.#frames = [frame];
      // After the poll phase: messages that arrived together on many sockets leave together. Flushed before that, it may
      // be entered twice, and has nothing to write the second time.
      if (waiting.push(this) === 1) setImmediate(flushAll);
    }
    if (this.#bytes >= FLUSH_BYTES) this.flush();
  }

  flush(): void {
    const frames = this.#frames;
    if (!frames) return;
    this.#frames = null;
    this.#bytes = 0;
    // A peer that ended its side without a closing handshake gets nothing more.
    if (this.#sink.writable) this.#sink.write(join(frames));
  }
}
