// Keeps the server's side of a connection's heartbeats: sends pings, waits for the answer to each, reports a timeout.

import { readAt, writeAt } from './pointer.ts';
import type { Cancel, Clock } from './seam.ts';
import type { HeartbeatTable } from './table.ts';

export interface HeartbeatPeer {
  pingFrame(payload: string): void;
  /** Sends a message of that type; `fill` writes what is to be echoed. */
  pingMessage(type: string, fill: (message: unknown) => unknown): void;
  timeout(beat: HeartbeatTable): void;
}

class Beat {
  readonly #row: HeartbeatTable;
  readonly #clock: Clock;
  readonly #peer: HeartbeatPeer;
  #next: Cancel;
  #dueAt: number;
  #timeout: Cancel | null = null;
  /** What the answer to the ping in question carries; null: no ping is open. */
  #open: string | null = null;
  #count = 0;

  constructor(row: HeartbeatTable, clock: Clock, peer: HeartbeatPeer) {
    this.#row = row;
    this.#clock = clock;
    this.#peer = peer;
    this.#dueAt = clock.now() + (row.onOpen ? 0 : row.intervalMs);
    this.#next = clock.setTimeout(() => this.#ping(), this.#dueAt - clock.now());
  }

  #ping(): void {
    // The next one an interval after this one was due, so that late timers do not add up.
    this.#dueAt = Math.max(this.#dueAt + this.#row.intervalMs, this.#clock.now());
    this.#next = this.#clock.setTimeout(() => this.#ping(), this.#dueAt - this.#clock.now());
    if (this.#open !== null) return;
    this.#count += 1;
    this.#open = String(this.#count);
    this.#timeout = this.#clock.setTimeout(() => this.#peer.timeout(this.#row), this.#row.timeoutMs);
    if (this.#row.kind === 'frame') this.#peer.pingFrame(this.#open);
    else if (this.#row.ping !== null) this.#peer.pingMessage(this.#row.ping, (message) => this.#mark(message));
  }

  // The number of the ping goes where the answer copies it from; a text stays a text.
  #mark(message: unknown): unknown {
    let marked = message;
    for (const { from } of this.#row.echo) {
      const asText = typeof readAt(message, from) === 'string';
      marked = writeAt(marked, from, asText ? String(this.#count) : this.#count);
    }
    return marked;
  }

  frame(payload: string): void {
    if (this.#row.kind === 'frame' && payload === this.#open) this.#satisfied();
  }

  message(type: string, message: unknown): void {
    if (this.#row.kind !== 'message' || type !== this.#row.pong || this.#open === null) return;
    // Only the answer to the ping in question counts, where the contract lets it be told apart.
    if (this.#row.echo.every(({ to }) => String(readAt(message, to)) === this.#open)) this.#satisfied();
  }

  any(): void {
    if (this.#row.satisfiedBy === 'any-message') this.#satisfied();
  }

  #satisfied(): void {
    this.#open = null;
    this.#timeout?.();
    this.#timeout = null;
  }

  stop(): void {
    this.#next();
    this.#timeout?.();
  }
}

export class Heartbeats {
  readonly #beats: readonly Beat[];

  constructor(rows: readonly HeartbeatTable[], clock: Clock, peer: HeartbeatPeer) {
    this.#beats = rows.filter((row) => row.initiator === 'server').map((row) => new Beat(row, clock, peer));
  }

  pongFrame(payload: string): void {
    for (const beat of this.#beats) {
      beat.any();
      beat.frame(payload);
    }
  }

  anyMessage(): void {
    for (const beat of this.#beats) beat.any();
  }

  message(type: string, message: unknown): void {
    for (const beat of this.#beats) beat.message(type, message);
  }

  stop(): void {
    for (const beat of this.#beats) beat.stop();
  }
}
