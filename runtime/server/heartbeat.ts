// Keeps the server's side of a connection's heartbeats: sends pings, waits for the answer to each, reports a timeout.

import { type Agenda, Entry } from './agenda.ts';
import { readAt, writeAt } from './pointer.ts';
import type { HeartbeatTable } from './table.ts';

export interface HeartbeatPeer {
  pingFrame(payload: string): void;
  /** Sends a message of that type; `fill` writes what is to be echoed. */
  pingMessage(type: string, fill: (message: unknown) => unknown): void;
  timeout(beat: HeartbeatTable): void;
}

const NEVER = -1;
// A timer that is later than this tells of a process that was held up, by itself or by its machine.
const LATE_MS = 100;

/** A heartbeat of one connection. Due when its next ping is, or the answer to the last one. */
export class Beat extends Entry {
  readonly #row: HeartbeatTable;
  readonly #agenda: Agenda;
  readonly #peer: HeartbeatPeer;
  /** Another one of the same connection: most have one, and a list would cost every connection. */
  readonly #next: Beat | null;
  #pingAt: number;
  /** {@link NEVER} while no ping waits for its answer. */
  #timeoutAt = NEVER;
  /** The number of the last ping, which its answer carries. */
  #count = 0;
  /** Whether its time was made longer. */
  #isExtended = false;

  constructor(row: HeartbeatTable, agenda: Agenda, peer: HeartbeatPeer, next: Beat | null) {
    super();
    this.#next = next;
    this.#row = row;
    this.#agenda = agenda;
    this.#peer = peer;
    this.#pingAt = agenda.now() + (row.onOpen ? 0 : row.intervalMs);
    this.#enter();
  }

  due(): void {
    if (!this.#isTimeoutNext) {
      this.#ping();
      return;
    }
    const late = this.#agenda.now() - this.#timeoutAt;
    // This process stood still, and has not yet read what came meanwhile: the peer gets that time again, once.
    if (late > LATE_MS && !this.#isExtended) {
      this.#isExtended = true;
      this.#timeoutAt += late + Math.min(late, this.#row.timeoutMs);
      this.#enter();
      return;
    }
    this.#timeoutAt = NEVER;
    this.#enter();
    this.#peer.timeout(this.#row);
  }

  get #isOpen(): boolean {
    return this.#timeoutAt !== NEVER;
  }

  get #isTimeoutNext(): boolean {
    return this.#isOpen && this.#timeoutAt <= this.#pingAt;
  }

  #enter(): void {
    this.#agenda.enterAt(this, this.#isTimeoutNext ? this.#timeoutAt : this.#pingAt);
  }

  #ping(): void {
    const now = this.#agenda.now();
    // The next one an interval after this one was due, so that late timers do not add up.
    this.#pingAt = Math.max(this.#pingAt + this.#row.intervalMs, now);
    if (this.#isOpen) {
      this.#enter();
      return;
    }
    this.#count += 1;
    this.#isExtended = false;
    this.#timeoutAt = now + this.#row.timeoutMs;
    this.#enter();
    if (this.#row.kind === 'frame') this.#peer.pingFrame(String(this.#count));
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

  pongFrame(payload: string): void {
    const isAnswer = this.#row.kind === 'frame' && this.#isOpen && payload === String(this.#count);
    if (isAnswer || this.#takesAny) this.#satisfied();
    this.#next?.pongFrame(payload);
  }

  anyMessage(): void {
    if (this.#takesAny) this.#satisfied();
    this.#next?.anyMessage();
  }

  message(type: string, message: unknown): void {
    if (this.#isAnswer(type, message)) this.#satisfied();
    this.#next?.message(type, message);
  }

  // Only the answer to the ping in question counts, where the contract lets it be told apart.
  #isAnswer(type: string, message: unknown): boolean {
    const { kind, pong, echo } = this.#row;
    if (kind !== 'message' || type !== pong || !this.#isOpen) return false;
    return echo.every(({ to }) => String(readAt(message, to)) === String(this.#count));
  }

  get #takesAny(): boolean {
    return this.#row.satisfiedBy === 'any-message';
  }

  #satisfied(): void {
    if (!this.#isOpen) return;
    this.#timeoutAt = NEVER;
    // Stopped: nothing is due any more.
    if (this.place >= 0) this.#enter();
  }

  stop(): void {
    this.#agenda.cancel(this);
    this.#next?.stop();
  }
}

/** Starts the heartbeats that the server keeps of one connection, and gives the first of them; null: there are none. */
export function startHeartbeats(rows: readonly HeartbeatTable[], agenda: Agenda, peer: HeartbeatPeer): Beat | null {
  let first: Beat | null = null;
  for (const row of rows) if (row.initiator === 'server') first = new Beat(row, agenda, peer, first);
  return first;
}
