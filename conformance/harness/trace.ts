// The record of everything a case's connections sent and received, in time order, without tokens.
import { performance } from 'node:perf_hooks';
import type { TraceFrame } from '../result.ts';

const longest = 4096;
const mostFrames = 2000;

export class Trace {
  readonly #startedAt = performance.now();
  readonly #frames: TraceFrame[] = [];
  readonly #secrets = new Set<string>();
  /** In the forms in which they may stand somewhere, the longest first: what is part of another must not cut it in two. */
  #redacted: readonly string[] | null = null;

  /** What is redacted: tokens, and the signatures of those that have one. */
  get secrets(): readonly string[] {
    return [...this.#secrets];
  }

  /** From now on shown as `[token]` wherever it stands, its signature too. */
  redact(secret: string): void {
    this.#redacted = null;
    if (secret.length >= 4) this.#secrets.add(secret);
    // Of a token in three parts the last one alone gives it away: the others can be guessed.
    const [, , signature, ...more] = secret.split('.');
    if (signature !== undefined && signature.length >= 20 && more.length === 0) this.#secrets.add(signature);
  }

  add(
    frame: Omit<TraceFrame, 'atMs' | 'data' | 'bytes'> & { readonly data: string | Buffer; readonly bytes?: number },
  ): void {
    if (this.#frames.length >= mostFrames) return;
    const whole = typeof frame.data === 'string' ? frame.data : frame.data.subarray(0, longest).toString('hex');
    const bytes = frame.bytes ?? Buffer.byteLength(frame.data);
    this.#frames.push({
      ...frame,
      atMs: Math.round((performance.now() - this.#startedAt) * 10) / 10,
      data: whole.slice(0, longest),
      bytes,
    });
  }

  frames(): readonly TraceFrame[] {
    return this.#frames.map((frame) => ({ ...frame, data: this.clean(frame.data) }));
  }

  clean(text: string): string {
    if (this.#redacted === null) {
      const forms = [...this.#secrets].flatMap((secret) => [secret, encodeURIComponent(secret)]);
      this.#redacted = [...new Set(forms)].sort((left, right) => right.length - left.length);
    }
    let cleaned = text;
    for (const secret of this.#redacted) {
      if (cleaned.includes(secret)) cleaned = cleaned.replaceAll(secret, '[token]');
    }
    return cleaned;
  }
}
