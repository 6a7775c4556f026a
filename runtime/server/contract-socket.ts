// A `ws` socket that lets its owner decide how it ends when the peer breaks a rule of framing.

import type { Buffer } from 'node:buffer';
import { WebSocket } from 'ws';

/** Who is told of a socket: one object, for a listener of its own for each event would cost every connection. */
export interface SocketOwner {
  received(data: Buffer, isBinary: boolean): void;
  ponged(payload: Buffer): void;
  ended(code: number): void;
  /** Called instead of closing when `ws` itself finds a violation; the owner closes. */
  violated(code: number): void;
  /** Called before any close frame leaves, so that what is held back goes first. */
  beforeClose(): void;
}

export class ContractSocket extends WebSocket {
  #owner: SocketOwner | null = null;
  #reports = true;

  /** Called once, before anything is read. */
  ownedBy(owner: SocketOwner): void {
    this.#owner = owner;
    this.on('message', onMessage);
    this.on('pong', onPong);
    this.on('close', onClose);
    // What follows an error is told by `close`.
    this.on('error', onError);
  }

  get owner(): SocketOwner | null {
    return this.#owner;
  }

  /** From now on `ws` closes by itself. */
  reportNoMore(): void {
    this.#reports = false;
  }

  override close(code?: number, reason?: string | Buffer): void {
    // `ws` closes with a code alone only where its receiver failed (size 1009, encoding 1007, framing 1002); an answer
    // to the peer's close frame carries a reason too, or nothing at all.
    if (code !== undefined && reason === undefined && this.#owner && this.#reports) {
      this.#reports = false;
      this.#owner.violated(code);
      return;
    }
    this.#owner?.beforeClose();
    super.close(code, reason);
  }
}

function onMessage(this: WebSocket, data: unknown, isBinary: boolean): void {
  (this as ContractSocket).owner?.received(data as Buffer, isBinary);
}

function onPong(this: WebSocket, payload: Buffer): void {
  (this as ContractSocket).owner?.ponged(payload);
}

function onClose(this: WebSocket, code: number): void {
  (this as ContractSocket).owner?.ended(code);
}

function onError(): void {}
