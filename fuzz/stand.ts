// What a fuzzed server stands on: a clock that leaps, a log that is listened to, and the parts that every batch needs.

import { classify } from '../conformance/harness/schemas.ts';
import { type Clock, type LogEntry, systemClock } from '../runtime/server/index.ts';
import type { Place } from './places.ts';

/** Now and then it is a minute later: rates forgive, and what is remembered for a while is forgotten. */
export class LeapingClock implements Clock {
  #offset = 0;

  now(): number {
    return systemClock.now() + this.#offset;
  }

  setTimeout(callback: () => void, ms: number) {
    return systemClock.setTimeout(callback, ms);
  }

  leap(): void {
    this.#offset += 60_000;
  }
}

const SEEN_AT_MOST = 5000;

/** Says what is wrong with a message of the server, in words; null: nothing. */
export class ServerMessages {
  #seen = new Set<string>();

  wrong({ channel, schemas }: Place, text: string): string | null {
    const known = `${channel.name} ${text}`;
    // A broadcast comes to many, and a replay again and again.
    if (this.#seen.has(known)) return null;
    const wrong = this.#judge({ channel, schemas }, text);
    if (wrong !== null) return wrong;
    if (this.#seen.size >= SEEN_AT_MOST) this.#seen = new Set();
    this.#seen.add(known);
    return null;
  }

  #judge({ channel, schemas }: Pick<Place, 'channel' | 'schemas'>, text: string): string | null {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return 'a message that is not JSON';
    }
    const key = classify(channel, channel.serverMessages, value);
    const message = channel.serverMessages.find((one) => one.key === key);
    if (message === undefined) return 'a message that the channel does not have';
    const [issue] = schemas.issues(message.schema, value);
    return issue === undefined ? null : `${message.key} that breaks its schema: ${issue.message}`;
  }
}

export interface Stand {
  readonly places: readonly Place[];
  readonly clock: LeapingClock;
  readonly messages: ServerMessages;
  /** Unlike any before. */
  nextMark(): number;
}

/** What the server wrote down as its own failure. */
export const failureIn = ({ level, event, channel, detail }: LogEntry): string | null =>
  level === 'error' ? `the server logs ${event}${channel === null ? '' : ` of ${channel}`}: ${detail}` : null;

/** How long an answer may take before it is a hang, ms: far above what any takes, also on a busy machine. */
export const patienceMs = 30_000;
