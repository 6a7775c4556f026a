// What came on one connection, and waiting for what has to come: nothing received is ever lost. It judges nothing except that.
import { Failed } from '../rule.ts';
import { describeEnding, type Ending } from './ending.ts';
import { brief } from './pointer.ts';
import { Signal } from './signal.ts';

/** A message (text or binary) that came. */
export interface Received {
  /** Position among the messages of its connection, from 0. */
  readonly index: number;
  /** performance.now() when it came. */
  readonly at: number;
  readonly text: string;
  /** Of a binary message; null: it was text. */
  readonly binary: Buffer | null;
  /** The parsed JSON; undefined where it is none. */
  readonly value: unknown;
  /** Key of the server message that its discriminator names; null where the contract has none such. */
  readonly key: string | null;
  /** Caused by the suite's fence; never in the inbox. */
  readonly fence: boolean;
}

export interface TakeOptions {
  /** @default kit.patienceMs */
  readonly withinMs?: number;
  /** For the sentence of the failure: `a PONG`. */
  readonly what?: string;
}

export class Inbox {
  readonly name: string;
  /** Everything that came, fence traffic included. */
  readonly messages: Received[] = [];
  ending: Ending | null = null;
  readonly #patienceMs: () => number;
  readonly #taken = new Set<number>();
  readonly #signal = new Signal();

  constructor(name: string, patienceMs: () => number) {
    this.name = name;
    this.#patienceMs = patienceMs;
  }

  /** What came and was not taken, without fence traffic. */
  get inbox(): readonly Received[] {
    return this.messages.filter((message) => !message.fence && !this.#taken.has(message.index));
  }

  /** Forgets the inbox. */
  clearInbox(): void {
    for (const message of this.messages) this.#taken.add(message.index);
  }

  /** All messages of that key since a position (`connection.messages.length` taken before), fence traffic left out. */
  since(position: number, key?: string): readonly Received[] {
    return this.messages
      .slice(position)
      .filter((message) => !message.fence && (key === undefined || message.key === key));
  }

  /** Takes the first message of the inbox that matches, waiting for it; {@link Failed} where it does not come. Others stay. */
  async take(match: string | ((message: Received) => boolean), options: TakeOptions = {}): Promise<Received> {
    const found = await this.takeOrNull(match, options);
    if (found !== null) return found;
    const what = options.what ?? (typeof match === 'string' ? `a ${match} message` : 'a message');
    throw new Failed(`${what} on ${this.name}`, this.describe(), {
      reason: this.ending === null ? 'missing' : 'ended',
    });
  }

  /** As {@link take}; null where it does not come in time, or the connection ended without it. */
  async takeOrNull(
    match: string | ((message: Received) => boolean),
    options: TakeOptions = {},
  ): Promise<Received | null> {
    const matches = typeof match === 'string' ? (message: Received) => message.key === match : match;
    const find = () => this.messages.find((message) => !this.#taken.has(message.index) && matches(message));
    await this.until(() => find() !== undefined || this.ending !== null, options.withinMs ?? this.#patienceMs());
    const found = find();
    if (found !== undefined) this.#taken.add(found.index);
    return found ?? null;
  }

  /** Waits until the condition holds, checked whenever anything comes; false where it does not within the time. */
  until(condition: () => boolean, withinMs: number): Promise<boolean> {
    return this.#signal.until(condition, withinMs);
  }

  /** Waits for the end; null where it stays open. */
  async ended(withinMs: number = this.#patienceMs()): Promise<Ending | null> {
    await this.until(() => this.ending !== null, withinMs);
    return this.ending;
  }

  /** What it saw, in one line: for `observed`. */
  describe(): string {
    const seen = this.inbox;
    const shown = seen.slice(0, 5).map((message) => brief(message.value ?? message.text));
    const got =
      seen.length === 0 ? 'no message' : `${shown.join(', ')}${seen.length > 5 ? ` and ${seen.length - 5} more` : ''}`;
    return this.ending === null ? got : `${got}, then ${describeEnding(this.ending)}`;
  }

  /** Something came, or the connection ended: whoever waits looks. */
  protected wake(): void {
    this.#signal.wake();
  }
}
