// Sends a message to whom its delivery word says, through the engine: numbers it where the contract numbers it.

import { randomUUID } from 'node:crypto';
import type { DeliveryWord } from '../channel-types.ts';
import type { Kept } from './core.ts';
import { timestamp } from './fill.ts';
import { readAt, writeAt } from './pointer.ts';
import { isOutcomeUnknown, refuse } from './refusal.ts';
import type { Clock, Engine, Publication, Settlement } from './seam.ts';
import type { ChannelTable } from './table.ts';
import { everyoneTopic, roomTopic, storeKey, userTopic } from './topics.ts';

/** Where a message goes: the delivery words with what each needs. */
export type Audience =
  | {
      readonly to: 'room';
      readonly room: string;
      /** Also appended to a list of the store. */
      readonly kept?: Kept;
      /** Settled with it, where the message is numbered or kept. */
      readonly settles?: Settlement | undefined;
    }
  | { readonly to: 'others' | 'other-users'; readonly room: string; readonly cause: NonNullable<Publication['cause']> }
  | { readonly to: 'user'; readonly users: readonly string[] }
  | { readonly to: 'everyone' };

// Stands where the number will be until the engine gives it; random, so that no client can send it.
const PLACE = `sequence-${randomUUID()}`;

/** The value of a message's discriminator; where the channel has none, its only server message. */
export const typeOf = (table: ChannelTable, message: unknown): string => {
  const { discriminator } = table.envelope;
  const type = discriminator === null ? Object.keys(table.server)[0] : readAt(message, discriminator);
  return typeof type === 'string' ? type : '';
};

export class Publisher {
  readonly #table: ChannelTable;
  readonly #engine: Engine;
  readonly #clock: Clock;
  /** Called with the stream and number of each numbered message. */
  onNumbered: ((stream: string, sequence: number) => void) | null = null;

  constructor(table: ChannelTable, engine: Engine, clock: Clock) {
    this.#table = table;
    this.#engine = engine;
    this.#clock = clock;
  }

  /** Resolves once the engine has it. Rejects with `unavailable` where it has not: then nobody gets it; and as the engine
   * does where that is not known. */
  async send(message: unknown, audience: Audience): Promise<void> {
    const type = typeOf(this.#table, message);
    this.check(type, audience.to);
    const publication: Omit<Publication, 'text'> = {
      channel: this.#table.name,
      type,
      room: 'room' in audience ? audience.room : null,
      except: audience.to === 'others' ? 'connection' : audience.to === 'other-users' ? 'user' : null,
      cause: 'cause' in audience ? audience.cause : null,
    };
    try {
      const sequenced = this.#table.resync?.messages.includes(type) ?? false;
      const text = sequenced ? null : JSON.stringify(message);
      const settles = 'settles' in audience ? audience.settles : undefined;
      for (const topic of this.#topics(audience)) {
        if (text === null) await this.#append(topic, publication, message, settles);
        else if ('kept' in audience && audience.kept)
          await this.#keep(topic, publication, text, audience.kept, settles);
        else await this.#engine.publish(topic, { ...publication, text });
      }
    } catch (error) {
      if (isOutcomeUnknown(error)) throw error;
      throw refuse('unavailable', 'The service cannot take this at the moment; nothing was accepted.');
    }
  }

  /** Throws where a message is about to go to others than its delivery word says. */
  check(type: string, word: DeliveryWord): void {
    const known = Object.hasOwn(this.#table.server, type) ? this.#table.server[type] : undefined;
    if (!known) throw new Error(`Channel ${this.#table.name} has no server message ${JSON.stringify(type)}.`);
    if (known.delivery !== word) {
      throw new Error(`${type} of channel ${this.#table.name} is delivered to ${known.delivery}, not to ${word}.`);
    }
  }

  #topics(audience: Audience): readonly string[] {
    const channel = this.#table.name;
    if ('room' in audience) return [roomTopic(channel, audience.room)];
    if (audience.to === 'user') return [...new Set(audience.users)].map((user) => userTopic(channel, user));
    return [everyoneTopic(channel)];
  }

  async #keep(
    topic: string,
    publication: Omit<Publication, 'text'>,
    text: string,
    kept: Kept,
    settles: Settlement | undefined,
  ): Promise<void> {
    const stream = storeKey(this.#table.name, kept.list);
    const timestamp = this.#clock.now();
    await this.#engine.append({ stream, topic, publication, text: [text], timestamp, keep: kept.keep, settles });
  }

  async #append(
    topic: string,
    publication: Omit<Publication, 'text'>,
    message: unknown,
    settles: Settlement | undefined,
  ): Promise<void> {
    const resync = this.#table.resync!;
    const now = this.#clock.now();
    const timed = resync.timestamp === null ? message : writeAt(message, resync.timestamp, timestamp(now));
    const text = JSON.stringify(writeAt(timed, resync.sequence, PLACE));
    const at = text.indexOf(`"${PLACE}"`);
    const stream = resync.scope === 'channel' ? this.#table.name : topic;
    const sequence = await this.#engine.append({
      stream,
      topic,
      publication,
      text: [text.slice(0, at), text.slice(at + PLACE.length + 2)],
      timestamp: now,
      keep: resync.history,
      settles,
    });
    this.onNumbered?.(stream, sequence);
  }
}
