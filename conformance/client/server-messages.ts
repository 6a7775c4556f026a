// Valid server messages made from the contract: the example, with what a trigger would write, a fresh id and a unique text.
import { randomUUID } from 'node:crypto';
import type { Channel, FieldSource, ServerMessage } from '../../scripts/model.ts';
import { uniqueText } from '../harness/messages.ts';
import { pointerKeys, toPointer, valueAt, withValueAt } from '../harness/pointer.ts';
import { sampleOf } from '../harness/samples.ts';
import type { Schemas } from '../harness/schemas.ts';

export interface ServerBuilt {
  readonly key: string;
  readonly value: unknown;
  readonly text: string;
}

/** The client message that a server message is caused by. */
export interface Cause {
  readonly key: string;
  readonly value: unknown;
}

export interface ServerBuildOptions {
  readonly cause?: Cause;
  /** Values by pointer, laid over; undefined removes one. */
  readonly with?: Readonly<Record<string, unknown>>;
}

export class ServerMessages {
  readonly #channel: Channel;
  readonly #schemas: Schemas;
  /** Room of the address. */
  readonly #room: string | null;

  constructor(channel: Channel, schemas: Schemas, room: string | null) {
    this.#channel = channel;
    this.#schemas = schemas;
    this.#room = room;
  }

  build(key: string, options: ServerBuildOptions = {}): ServerBuilt {
    const message = this.message(key);
    let value = this.#unique(message, this.#base(message));
    const { cause } = options;
    const triggers = message.triggers.filter(
      (trigger) => trigger.on !== 'message' || cause === undefined || trigger.message === cause.key,
    );
    const trigger = triggers.find(({ on }) => cause === undefined || on === 'message') ?? triggers[0];
    for (const { target, source } of trigger?.fields ?? []) {
      for (const candidate of this.#candidates(source, cause)) {
        const filled = withValueAt(value, target, candidate);
        if (!this.#schemas.accepts(message.schema, filled)) continue;
        value = filled;
        break;
      }
    }
    for (const [pointer, replacement] of Object.entries(options.with ?? {}))
      value = withValueAt(value, pointer, replacement);
    return { key, value, text: JSON.stringify(value) };
  }

  message(key: string): ServerMessage {
    const found = this.#channel.serverMessages.find((one) => one.key === key);
    if (found === undefined) throw new Error(`The channel ${this.#channel.name} has no server message ${key}.`);
    return found;
  }

  #base(message: ServerMessage): unknown {
    const example = message.examples.find((one) => this.#schemas.accepts(message.schema, one.payload));
    return structuredClone(example?.payload ?? sampleOf(message.schema, this.#schemas) ?? {});
  }

  /** With its own text in a string that takes any, and its own id where a trigger makes one: two messages never look alike. */
  #unique(message: ServerMessage, base: unknown): unknown {
    const { discriminator } = this.#channel.envelope;
    let value = base;
    const marker = uniqueText('s-');
    for (const place of strings(value, '')) {
      if (place === discriminator) continue;
      const marked = withValueAt(value, place, marker);
      if (this.#schemas.accepts(message.schema, marked)) {
        value = marked;
        break;
      }
    }
    const made = message.triggers.flatMap(({ fields }) => fields.filter(({ source }) => source.from === 'new-id'));
    for (const { target, source } of made) {
      const candidates = this.#candidates(source, undefined).map((id) => withValueAt(value, target, id));
      value = candidates.find((filled) => this.#schemas.accepts(message.schema, filled)) ?? value;
    }
    return value;
  }

  #candidates(source: FieldSource, cause: Cause | undefined): readonly unknown[] {
    switch (source.from) {
      case 'message': {
        const copied = cause === undefined ? undefined : valueAt(cause.value, source.pointer);
        return copied === undefined ? [] : [copied];
      }
      case 'now':
        return [new Date().toISOString(), Date.now()];
      case 'new-id':
        return [randomUUID(), Math.floor(Math.random() * 2 ** 31)];
      case 'room':
        return this.#room === null ? [] : [this.#room, Number(this.#room)];
      case 'value':
        return [source.value];
      default:
        return ['someone', 4711];
    }
  }
}

/** Places of the strings in a value, deepest last. */
function strings(value: unknown, pointer: string): readonly string[] {
  if (typeof value === 'string') return [pointer];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value)
    .flatMap(([key, inner]) => strings(inner, pointer + toPointer([key])))
    .sort((left, right) => pointerKeys(left).length - pointerKeys(right).length);
}
