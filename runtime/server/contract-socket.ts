// A `ws` socket that lets its owner decide how it ends when the peer breaks a rule of framing.

import type { Buffer } from 'node:buffer';
import { WebSocket } from 'ws';

export class ContractSocket extends WebSocket {
  /** Called instead of closing when `ws` itself finds a violation; the owner closes. */
  onViolation: ((code: number) => void) | null = null;
  /** Called before any close frame leaves, so that what is held back goes first. */
  beforeClose: (() => void) | null = null;

  override close(code?: number, reason?: string | Buffer): void {
    // `ws` closes with a code alone only where its receiver failed (size 1009, encoding 1007, framing 1002); an answer
    // to the peer's close frame carries a reason too, or nothing at all.
    if (code !== undefined && reason === undefined && this.onViolation) {
      const report = this.onViolation;
      this.onViolation = null;
      report(code);
      return;
    }
    this.beforeClose?.();
    super.close(code, reason);
  }
}
