// The transport of a real socket: frames are written to the raw socket in one write a tick, everything else by `ws`.

import type { Buffer } from 'node:buffer';
import type { Duplex } from 'node:stream';
import { cutReason } from './close-reason.ts';
import type { ContractSocket, SocketOwner } from './contract-socket.ts';
import { Outbox } from './outbox.ts';
import type { ConnectionFacts, Encoded, Transport, TransportEvents, Violation } from './seam.ts';

const violations = new Map<number, Violation>([
  [1009, 'size'],
  [1007, 'encoding'],
]);

export class SocketTransport implements Transport, SocketOwner {
  readonly facts: ConnectionFacts;
  readonly #socket: ContractSocket;
  readonly #raw: Duplex;
  readonly #outbox: Outbox;
  /** Raw writes pass by the sender's compression, so a connection that negotiated it is sent to by `ws`. */
  readonly #isPlain: boolean;
  #events: TransportEvents | null = null;
  #isOpen = true;

  constructor(facts: ConnectionFacts, socket: ContractSocket, raw: Duplex) {
    this.facts = facts;
    this.#socket = socket;
    this.#raw = raw;
    this.#outbox = new Outbox(raw);
    this.#isPlain = socket.extensions === '';
  }

  get bufferedBytes(): number {
    // The sender of `ws` holds something back only to compress it.
    return this.#outbox.bytes + (this.#isPlain ? this.#raw.writableLength : this.#socket.bufferedAmount);
  }

  get isOpen(): boolean {
    return this.#isOpen && this.#socket.readyState === this.#socket.OPEN;
  }

  listen(events: TransportEvents): void {
    this.#events = events;
    this.#socket.ownedBy(this);
  }

  received(data: Buffer, isBinary: boolean): void {
    if (isBinary) this.#events?.binary(data);
    else this.#events?.message(data.toString());
  }

  ponged(payload: Buffer): void {
    this.#events?.pong(payload.toString());
  }

  ended(code: number): void {
    this.#isOpen = false;
    this.#events?.closed(code);
  }

  violated(code: number): void {
    this.#events?.violation(violations.get(code) ?? 'protocol', code);
  }

  beforeClose(): void {
    this.#outbox.flush();
  }

  send(message: Encoded): void {
    if (!this.isOpen) return;
    if (this.#isPlain) this.#outbox.push(message.frame);
    else this.#socket.send(message.text);
  }

  ping(payload: string): void {
    if (!this.isOpen) return;
    this.#outbox.flush();
    this.#socket.ping(payload);
  }

  close(code: number, reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#socket.reportNoMore();
    this.#socket.close(code, cutReason(reason));
  }

  terminate(): void {
    this.#isOpen = false;
    this.#socket.terminate();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  drained(): Promise<void> {
    this.#outbox.flush();
    // Without need there will be no `drain` to wait for.
    if (!this.#raw.writableNeedDrain || !this.isOpen) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#raw.off('drain', done);
        this.#socket.off('close', done);
        resolve();
      };
      this.#raw.on('drain', done);
      this.#socket.on('close', done);
    });
  }
}
