// Valid client messages made from the contract: its example, a unique marker where a trigger copies a string, a fresh id.
import { randomInt } from 'node:crypto';
import type { Channel, ClientMessage, JsonSchema } from '../../scripts/model.ts';
import { type Id, isNumeric, madeId, uniqueNumber } from './ids.ts';
import { markerPlaceOf } from './marker-place.ts';
import { pointerKeys, setValueAt, valueAt } from './pointer.ts';
import { sampleOf } from './samples.ts';
import type { Schemas } from './schemas.ts';

export interface BuildOptions {
  /** The room that it names, where it names one. @default the room of the address; for a message that need not name it: not named */
  readonly room?: string;
  /** Values by pointer, over the example's; undefined removes one. */
  readonly with?: Readonly<Record<string, unknown>>;
  /** The text that is put into the free string, instead of a fresh one. */
  readonly marker?: string;
  /** The id, where the envelope has one; null leaves it out. @default a fresh one */
  readonly id?: Id | null;
  /** Which of the contract's valid examples it is made from, counted on from the last one at the first. @default 0 */
  readonly example?: number;
}

export interface Built {
  /** Key of the client message. */
  readonly key: string;
  readonly value: unknown;
  readonly text: string;
  /** The unique text in it; null where the message has no free string. */
  readonly marker: string | null;
  readonly markerPointer: string | null;
  /** The id that it carries; null where there is none. */
  readonly id: Id | null;
  /** Whether its id may be any text. */
  readonly isIdFree: boolean;
  /** Room that it is meant for. */
  readonly room: string | null;
}

/** Counted on from anywhere: no two of a run are the same, nor are those of two runs against one server. */
let texts = randomInt(2 ** 48 - 1);

export function uniqueText(prefix: string): string {
  texts = (texts + 1) % 2 ** 48;
  return `${prefix}${texts.toString(16).padStart(12, '0')}`;
}

/** The longest id that the suite gives where any text will do. */
const longestText = 'fence-0123456789ab';

/** What the contract alone says of a message. */
interface Facts {
  /** JSON of each valid example, else of a sample of the schema. */
  readonly bases: readonly string[];
  readonly roomPlace: string | null;
  /** Where an id goes that the message may carry, and where one of any kind would. */
  readonly idPlace: string | null;
  /** Null: the message has no such place. */
  readonly idSchema: JsonSchema | null;
  /** Whether the id may be any text. */
  readonly isIdFree: boolean;
}

type NamesOf = (message: ClientMessage, room: string | null) => readonly [place: string, value: unknown] | null;

/** Read once for each channel: every message of every case is built from them. */
const facts = new WeakMap<Channel, Map<string, Facts>>();

export class MessageBuilder {
  readonly #channel: Channel;
  readonly #schemas: Schemas;
  /** Of messages that name a room, by the room: a name that breaks the schema leaves no place. */
  readonly #markerPlaces = new Map<string, string | null>();

  readonly #namesOf: NamesOf;

  /** @param namesOf what a message has to name in that room, with where; by default nothing in particular */
  constructor(channel: Channel, schemas: Schemas, namesOf: NamesOf = () => null) {
    this.#channel = channel;
    this.#schemas = schemas;
    this.#namesOf = namesOf;
  }

  build(message: ClientMessage, options: BuildOptions, addressRoom: string | null): Built {
    const { room } = this.#channel;
    const { bases, roomPlace, idPlace, idSchema, isIdFree } = this.#factsOf(message);
    const example = (options.example ?? 0) % bases.length;
    let value: unknown = JSON.parse(bases[example]!);
    let place = `${message.key} ${example}`;
    const named = options.room ?? addressRoom;
    if (
      roomPlace !== null &&
      named !== null &&
      (options.room !== undefined || valueAt(value, roomPlace) !== undefined)
    ) {
      value = setValueAt(value, roomPlace, this.asDeclared(message, roomPlace, named));
      place += ` ${named}`;
    }
    let markerPointer = this.#markerPlaces.get(place);
    if (markerPointer === undefined) {
      markerPointer = this.markerPlace(message, value);
      this.#markerPlaces.set(place, markerPointer);
    }
    const name = this.#namesOf(message, named);
    if (name !== null) value = setValueAt(value, ...name);
    if (name?.[0] === markerPointer) markerPointer = null;
    const marker = markerPointer === null ? null : (options.marker ?? uniqueText('m-'));
    if (markerPointer !== null) value = setValueAt(value, markerPointer, marker);
    if (idPlace !== null && idSchema !== null && options.id !== null) {
      const id = options.id ?? (isIdFree ? uniqueText('c-') : this.#freshId(idSchema));
      if (id !== null) value = setValueAt(value, idPlace, id);
    }
    if (idPlace !== null && options.id === null) value = setValueAt(value, idPlace, undefined);
    for (const [pointer, replacement] of Object.entries(options.with ?? {})) {
      value = setValueAt(value, pointer, replacement);
    }
    const carried = idPlace === null ? undefined : valueAt(value, idPlace);
    return {
      key: message.key,
      value,
      text: JSON.stringify(value),
      marker: markerPointer !== null && valueAt(value, markerPointer) === marker ? marker : null,
      markerPointer,
      id: typeof carried === 'string' || typeof carried === 'number' ? carried : null,
      isIdFree,
      room: room === null || room.scope === 'channel' ? null : named,
    };
  }

  #factsOf(message: ClientMessage): Facts {
    const known = facts.get(this.#channel) ?? new Map<string, Facts>();
    facts.set(this.#channel, known);
    let found = known.get(message.key);
    if (found === undefined) {
      const idPlace = message.idempotent?.property ?? message.reply?.correlation?.request ?? this.#channel.envelope.id;
      const idSchema = idPlace === null ? null : this.schemaAt(message, idPlace);
      found = {
        bases: this.#basesOf(message),
        roomPlace: this.roomPlace(message),
        idPlace,
        idSchema,
        isIdFree: idSchema !== null && this.#schemas.accepts(idSchema, longestText),
      };
      known.set(message.key, found);
    }
    return found;
  }

  /** Null: the example's stays. */
  #freshId(schema: JsonSchema): Id | null {
    if (isNumeric(schema)) return uniqueNumber(schema);
    return madeId(schema, (id) => this.#schemas.accepts(schema, id));
  }

  #basesOf(message: ClientMessage): readonly string[] {
    const valid = message.examples.filter((one) => this.#schemas.accepts(message.schema, one.payload));
    if (valid.length > 0) return valid.map(({ payload }) => JSON.stringify(payload));
    return [JSON.stringify(sampleOf(message.schema, this.#schemas) ?? {})];
  }

  /** Where the message names its room: by the join or leave row, or the channel's selector. */
  roomPlace(message: ClientMessage): string | null {
    const { room } = this.#channel;
    if (room === null) return null;
    for (const row of [room.join, room.leave]) {
      if (row?.message === message.key && row.room !== null) return row.room;
    }
    return room.selector !== null && this.schemaAt(message, room.selector) !== null ? room.selector : null;
  }

  /** The subschema that governs a place of the message; null where the schema does not name it. */
  schemaAt(message: ClientMessage, pointer: string): JsonSchema | null {
    let at: JsonSchema | null = this.#schemas.resolve(message.schema);
    for (const key of pointerKeys(pointer)) {
      at = at === null ? null : this.#property(at, key);
    }
    return at;
  }

  /** A room name as the schema types it: integers go as numbers. */
  asDeclared(message: ClientMessage, pointer: string, text: string): unknown {
    const type = this.schemaAt(message, pointer)?.type;
    return type === 'integer' || type === 'number' ? Number(text) : text;
  }

  /** A string that takes any text: one that a trigger copies into a server message if there is one. */
  markerPlace(message: ClientMessage, value: unknown): string | null {
    return markerPlaceOf(this.#channel, this.#schemas, message, value, this.roomPlace(message));
  }

  #property(schema: JsonSchema, key: string): JsonSchema | null {
    const properties = schema.properties as Record<string, JsonSchema> | undefined;
    const own = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (own !== undefined) return this.#schemas.resolve(own);
    if (/^\d+$/.test(key) && schema.items !== undefined) return this.#schemas.resolve(schema.items as JsonSchema);
    for (const part of [...((schema.allOf ?? []) as JsonSchema[]), ...((schema.anyOf ?? []) as JsonSchema[])]) {
      const found = this.#property(this.#schemas.resolve(part), key);
      if (found !== null) return found;
    }
    return null;
  }
}
