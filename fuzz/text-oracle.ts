// What a contract makes of each text that a client sends, and whether the errors that came back are those that had to come.

import { valueAt } from '../conformance/harness/pointer.ts';
import { classify, type Schemas } from '../conformance/harness/schemas.ts';
import type { Channel, ErrorCondition } from '../scripts/model.ts';

export type Expectation =
  /** It breaks the contract by itself: one error, with this code. */
  | { readonly is: 'refused'; readonly code: string }
  /** Valid: handled, or refused for a reason that lies in who sends it, and when. */
  | { readonly is: 'handled' }
  /** It ends the connection. */
  | { readonly is: 'ending'; readonly code: number };

/** Deeper than any message is; RFC 8259 9 leaves the bound to the receiver. */
const deepest = 256;

const depthOf = (value: unknown): number => {
  let level: unknown[] = [value];
  let depth = 0;
  for (;;) {
    const next: unknown[] = [];
    let isNested = false;
    for (const one of level) {
      if (typeof one !== 'object' || one === null) continue;
      isNested = true;
      for (const inner of Object.values(one)) next.push(inner);
    }
    if (!isNested) return depth;
    depth += 1;
    level = next;
  }
};

const isTextual = ['malformed', 'unknown-type', 'invalid'] as const;

export class TextOracle {
  readonly #channel: Channel;
  readonly #schemas: Schemas;

  constructor(channel: Channel, schemas: Schemas) {
    this.#channel = channel;
    this.#schemas = schemas;
  }

  judge(text: string): Expectation {
    const { limits, clientMessages, envelope } = this.#channel;
    if (limits.message !== null && Buffer.byteLength(text) > limits.message.bytes) {
      return { is: 'ending', code: limits.message.code };
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return this.#refused('malformed');
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.#refused('malformed');
    if (depthOf(value) > deepest) return this.#refused('malformed');
    if (envelope.discriminator !== null && typeof valueAt(value, envelope.discriminator) !== 'string') {
      return this.#refused('invalid');
    }
    const message = clientMessages.find(({ key }) => key === classify(this.#channel, clientMessages, value));
    if (message === undefined) return this.#refused('unknown-type');
    return this.#schemas.accepts(message.schema, value) ? { is: 'handled' } : this.#refused('invalid');
  }

  /** The code of a server message that reports an error; null: it is none. */
  errorCode(text: string): string | null {
    const { error, serverMessages } = this.#channel;
    const value: unknown = JSON.parse(text);
    if (error === null || classify(this.#channel, serverMessages, value) !== error.message) return null;
    return String(error.code === null ? '' : valueAt(value, error.code));
  }

  /**
   * Whether the errors can be the answers to the texts, in order. `closeCode`: the server ended the connection, so that the last
   * texts may have no answer; null: all of them were handled. Null: they can; else what is wrong, in words.
   */
  match(expected: readonly Expectation[], errors: readonly string[], closeCode: number | null): string | null {
    const limited = this.#codeFor('rate-limited');
    const textual = new Set(isTextual.map((when) => this.#codeFor(when)));
    const internal = this.#codeFor('internal');
    if (errors.includes(internal)) return `an error ${internal}: the server failed`;
    const { rate } = this.#channel.limits;
    const struck = errors.filter((code) => code === limited).length;
    const isStruckOut = rate !== null && closeCode === rate.code && struck >= rate.strikes - 1;
    // How many errors can have been used up by the texts so far.
    let reachable = new Set([0]);
    let furthest = 0;
    for (const [index, one] of expected.entries()) {
      // What an end cut off was handled, and its answers have nowhere to go.
      const isEnding = expected.slice(index).some((later) => later.is === 'ending' && later.code === closeCode);
      if ((isStruckOut || isEnding) && reachable.has(errors.length)) return null;
      const next = new Set<number>();
      for (const used of reachable) {
        const code = errors[used];
        if (one.is === 'ending') continue;
        if (one.is === 'refused') {
          if (this.#channel.error === null) next.add(used);
          else if (code === one.code || (code !== undefined && code === limited)) next.add(used + 1);
        } else {
          next.add(used);
          if (code !== undefined && !textual.has(code)) next.add(used + 1);
        }
      }
      if (next.size === 0) {
        return `text ${index} had to be answered otherwise: ${describe(one)}, after ${furthest} errors of [${errors}], close code ${closeCode}`;
      }
      reachable = next;
      furthest = Math.max(...reachable);
    }
    if (closeCode !== null && !isStruckOut) return `an end with ${closeCode} that nothing asked for`;
    return reachable.has(errors.length) ? null : `${errors.length - furthest} errors too many: [${errors}]`;
  }

  #refused(when: ErrorCondition): Expectation {
    return { is: 'refused', code: this.#codeFor(when) };
  }

  /** A condition that the contract has no code for is told by the nearest that it has. */
  #codeFor(when: ErrorCondition): string {
    const codes = this.#channel.error?.codes ?? [];
    const found = [when, 'internal', 'invalid'].map((one) => codes.find((row) => row.when === one));
    return found.find((row) => row !== undefined)?.code ?? when;
  }
}

const describe = (one: Expectation): string =>
  one.is === 'refused' ? `refused as ${one.code}` : one.is === 'ending' ? `an end with ${one.code}` : 'handled';
