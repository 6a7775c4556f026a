// Gathers the frames that a connection is to get in one tick of the event loop into one write.

import { Buffer } from 'node:buffer';

// A burst that is larger is written at once, so that what is unsent is what the network did not take.
const FLUSH_BYTES = 65_536;

interface Sink {
  write(bytes: Buffer): unknown;
}

// Connections of one room mostly get the same frames in the same tick: the joined bytes are made once.
let joinedFrom: readonly Buffer[] = [];
let joined: Buffer = Buffer.alloc(0);

const join = (frames: readonly Buffer[]): Buffer => {
  if (frames.length === 1) return frames[0]!;
  let same = frames.length === joinedFrom.length;
  for (let index = 0; same && index < frames.length; index++) same = frames[index] === joinedFrom[index];
  if (!same) {
    joined = Buffer.concat(frames);
    joinedFrom = frames;
  }
  return joined;
};

let waiting: Outbox[] = [];

const flushAll = (): void => {
  const ready = waiting;
  waiting = [];
  for (const outbox of ready) outbox.flush();
  joinedFrom = [];
};

export class Outbox {
  readonly #sink: Sink;
  #frames: Buffer[] = [];
  #bytes = 0;
  #scheduled = false;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** Bytes held back until the tick ends. */
  get bytes(): number {
    return this.#bytes;
  }

  push(frame: Buffer): void {
    this.#frames.push(frame);
    this.#bytes += frame.length;
    if (this.#bytes >= FLUSH_BYTES) this.flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      // After the poll phase: messages that arrived together on many sockets leave together.
      if (waiting.push(this) === 1) setImmediate(flushAll);
    }
  }

  flush(): void {
    this.#scheduled = false;
    if (this.#frames.length === 0) return;
    const frames = this.#frames;
    this.#frames = [];
    this.#bytes = 0;
    this.#sink.write(join(frames));
  }
}
