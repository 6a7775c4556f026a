// What the proxy does to what passes through it: the settings of a direction, and the single strokes that wait for their message.

import type { Socket } from 'node:net';

/** Which way bytes go. */
export type Direction = 'to-server' | 'to-client';

/** What becomes of attempts to connect: TCP reset, an HTTP status, or no answer at all. */
export type Refusal = 'reset' | 'hang' | { readonly status: number };

/** How a connection is cut: a TCP reset, or an end without a close frame. */
export type CutHow = 'reset' | 'end';

/** Something that is done to the next text messages that match, so many times. */
export interface Stroke {
  readonly do: 'suppress' | 'duplicate' | 'reorder' | 'cut-mid-frame';
  left: number;
  readonly matches: (text: string) => boolean;
}

/** Of one direction. Changed at any time; counts for what comes after. */
export class DirectionFaults {
  /** How long every byte is held back, ms. */
  delayMs = 0;
  /** How many bytes are written at a time; 0: as they come. */
  sliceBytes = 0;
  readonly #strokes: Stroke[] = [];

  arm(stroke: Stroke): void {
    this.#strokes.push(stroke);
  }

  /** The first stroke that the message is for, counted down. */
  strokeFor(text: string): Stroke['do'] | null {
    const stroke = this.#strokes.find(({ left, matches }) => left > 0 && matches(text));
    if (stroke === undefined) return null;
    stroke.left -= 1;
    return stroke.do;
  }

  /** Strokes that have met no message yet. */
  get waiting(): number {
    return this.#strokes.reduce((sum, { left }) => sum + left, 0);
  }

  clear(): void {
    this.delayMs = 0;
    this.sliceBytes = 0;
    this.#strokes.length = 0;
  }
}

/** Ends it with a TCP reset. */
export function reset(socket: Socket): void {
  // A reset while the socket is being shut down leaves its handle open for ever (libuv refuses it), and the process with it.
  if (socket.writableEnded || socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}
