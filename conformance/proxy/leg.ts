// One direction of a proxied connection: what comes from one socket leaves by the other, in order, with what the faults do to it.
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { DirectionFaults } from './faults.ts';
import { type Unit, UnitReader } from './units.ts';

/** A message held back for the next one to overtake goes on without one after so long, ms. */
const holdMs = 60;

export interface LegParts {
  readonly from: Socket;
  readonly to: Socket;
  readonly faults: DirectionFaults;
  /** Rewrites a head, or anything else, before it is handed on. */
  readonly rewrite: (unit: Unit) => Buffer;
  readonly onUnit: (unit: Unit, at: 'in' | 'out') => void;
  /** The stroke `cut-mid-frame` was done. */
  readonly onCut: () => void;
}

export class Leg {
  /** Nothing is handed on any more, not even the end. */
  isSilent = false;
  readonly reader = new UnitReader();
  readonly #parts: LegParts;
  readonly #timers = new Set<NodeJS.Timeout>();
  #tail: Promise<void> = Promise.resolve();
  #held: Unit | null = null;
  #isStopped = false;

  constructor(parts: LegParts) {
    this.#parts = parts;
    parts.from.on('data', (bytes: Buffer) => {
      for (const unit of this.reader.push(bytes)) this.#receive(unit);
    });
    parts.from.on('end', () => this.#end());
  }

  /** Bytes of the proxy's own, after everything that is on its way. */
  inject(bytes: Buffer): void {
    this.#write(null, bytes);
  }

  /** Nothing is written after this. */
  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #receive(unit: Unit): void {
    const { faults, onUnit, rewrite } = this.#parts;
    onUnit(unit, 'in');
    const stroke = unit.kind === 'text' ? faults.strokeFor(unit.text) : null;
    if (stroke === 'suppress') return;
    if (stroke === 'cut-mid-frame') {
      this.#releaseHeld();
      this.#cutIn(unit);
      return;
    }
    if (stroke === 'reorder' && this.#held === null) {
      this.#held = unit;
      this.#later(() => this.#releaseHeld(), holdMs);
      return;
    }
    this.#write(unit, rewrite(unit));
    if (stroke === 'duplicate') this.#write(unit, unit.raw);
    if (unit.kind === 'text') this.#releaseHeld();
  }

  #releaseHeld(): void {
    const held = this.#held;
    this.#held = null;
    if (held !== null) this.#write(held, held.raw);
  }

  /** Half of it leaves, then both sides are given up. */
  #cutIn(unit: Unit): void {
    this.#queue(async () => {
      await this.#put(unit.raw.subarray(0, Math.ceil(unit.raw.length / 2)));
      this.#parts.to.end();
      this.#parts.onCut();
    });
  }

  #end(): void {
    this.#releaseHeld();
    const rest = this.reader.flush();
    if (rest.length > 0) this.#write(null, rest);
    this.#queue(async () => {
      if (!this.isSilent) this.#parts.to.end();
    });
  }

  #write(unit: Unit | null, bytes: Buffer): void {
    this.#queue(async () => {
      if (this.isSilent || !this.#parts.to.writable) return;
      // Noted before it is written: what a receiver can have got is never missing in the record, even if a cut comes between.
      if (unit !== null) this.#parts.onUnit(unit, 'out');
      await this.#put(bytes);
    });
  }

  /** One after another, each not before its delay. */
  #queue(work: () => Promise<void>): void {
    const dueAt = performance.now() + this.#parts.faults.delayMs;
    this.#tail = this.#tail.then(async () => {
      const waitMs = dueAt - performance.now();
      if (waitMs > 1) await new Promise<void>((resolve) => this.#later(resolve, waitMs));
      if (!this.#isStopped) await work();
    });
  }

  async #put(bytes: Buffer): Promise<void> {
    const size = this.#parts.faults.sliceBytes;
    if (size === 0) return await this.#putAtOnce(bytes);
    for (let at = 0; at < bytes.length && !this.#isStopped; at += size) {
      await this.#putAtOnce(bytes.subarray(at, at + size));
      // A turn of the event loop between two: the receiver reads them apart.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #putAtOnce(bytes: Buffer): Promise<void> {
    const { to } = this.#parts;
    return new Promise((resolve) => {
      if (!to.writable) resolve();
      else to.write(bytes, () => resolve());
    });
  }

  #later(call: () => void, ms: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      call();
    }, ms);
    this.#timers.add(timer);
  }
}
