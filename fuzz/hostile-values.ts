// The messages layer: valid messages bent as values, so that they stay JSON and come close to what the schema allows.
import { setValueAt, toPointer, valueAt } from '../conformance/harness/pointer.ts';
import type { Dice } from './dice.ts';
import type { Place } from './places.ts';

const names = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'length',
  '',
  'type',
  'id',
  'data',
];
const lengths = [0, 1, 2, 50, 51, 63, 64, 65, 100, 101, 500, 501, 2000, 2001, 5000, 5001, 20_000];
const numbers = [
  0,
  -0,
  1,
  -1,
  0.5,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 53,
  2 ** 53 + 2,
  -(2 ** 53),
  1e21,
  1e308,
  5e-324,
  100,
  101,
];
const texts = [
  '',
  ' ',
  '\n',
  '\u0000',
  '\u00a0\u2003\ufeff',
  '\ud800',
  '\udc00',
  '\u{1f600}',
  'e\u0301',
  '\u202e',
  '%00',
  '../..',
  'null',
  '0',
  '-1',
  '1e3',
  '2030-01-01T00:00:00Z',
  '2030-02-30T25:61:61Z',
  '00000000-0000-4000-8000-000000000000',
  '$now',
  '{"a":1}',
  '<script>',
  "'; --",
  'true',
  ...names,
];
const units = ['x', '\u{1f600}', 'ä', '\u0000', '"', '\\', ' '];

const anyText = (dice: Dice): string => {
  if (dice.chance(0.6)) return dice.pick(texts);
  return dice.pick(units).repeat(dice.pick(lengths));
};

/** Any JSON value. */
export const anyValue = (dice: Dice, depth = 0): unknown => {
  const kind = dice.below(depth > 3 ? 4 : 6);
  if (kind === 0) return dice.pick([null, true, false]);
  if (kind === 1) return dice.pick(numbers);
  if (kind <= 3) return anyText(dice);
  const parts = Array.from({ length: dice.below(4) }, () => anyValue(dice, depth + 1));
  // `fromEntries` defines `__proto__` as a property, as JSON.parse does.
  return kind === 4 ? parts : Object.fromEntries(parts.map((part) => [dice.pick(names), part]));
};

/** Pointers of all places in a value, the root first. */
const placesIn = (value: unknown, at: readonly string[] = []): readonly (readonly string[])[] =>
  typeof value !== 'object' || value === null
    ? [at]
    : [at, ...Object.entries(value).flatMap(([name, inner]) => placesIn(inner, [...at, name]))];

const bend = (dice: Dice, value: unknown, place: Place): unknown => {
  const keys = dice.pick(placesIn(value));
  // A path through a prototype's name is for the server to refuse, not for this process to follow.
  if (keys.includes('__proto__')) return value;
  const pointer = toPointer(keys);
  const here = valueAt(value, pointer);
  const set = (replacement: unknown) => setValueAt(value, pointer, replacement);
  switch (dice.below(8)) {
    case 0:
      return keys.length === 0 ? anyValue(dice) : set(undefined);
    case 1:
      return set(anyValue(dice));
    case 2:
      return set(typeof here === 'string' ? `${here}${anyText(dice)}` : anyText(dice));
    case 3:
      return set(typeof here === 'number' ? here * dice.pick([-1, 0.5, 2, 1e9]) : dice.pick(numbers));
    case 4:
      return set([here]);
    case 5: {
      const length = dice.pick([0, 1, 99, 100, 101, 1000]);
      // What is far beyond every bound only costs time. One object in many places would grow in all of them.
      return length * (JSON.stringify(here)?.length ?? 0) > 20_000
        ? value
        : set(Array.from({ length }, () => structuredClone(here)));
    }
    case 6: {
      if (typeof here !== 'object' || here === null || Array.isArray(here)) return value;
      Object.defineProperty(here, dice.pick(names), {
        value: anyValue(dice),
        enumerable: true,
        configurable: true,
        writable: true,
      });
      return value;
    }
    default: {
      const { envelope, clientMessages, serverMessages } = place.channel;
      if (envelope.discriminator === null) return value;
      const types = [...clientMessages, ...serverMessages].map(({ type }) => type);
      return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? setValueAt(value, envelope.discriminator, dice.pick([...types, ...names]))
        : value;
    }
  }
};

/** Rooms that the contract allows and nobody made: the server would keep each. */
const inKnownRooms = (value: unknown, place: Place): unknown => {
  for (const { message, roomPlace } of place.samples) {
    if (roomPlace === null || !place.schemas.accepts(message.schema, value)) continue;
    const named = valueAt(value, roomPlace);
    if (named === undefined || place.rooms.includes(String(named))) continue;
    return setValueAt(value, roomPlace, place.builder.asDeclared(message, roomPlace, place.rooms[0] ?? ''));
  }
  return value;
};

/** The text of a message that is valid, nearly so, or not at all. */
export const hostileMessage = (dice: Dice, place: Place): string => {
  const sample = dice.pick(place.samples);
  const isFaulty = sample.faulty.length > 0 && dice.chance(0.3);
  let value: unknown = structuredClone(isFaulty ? dice.pick(sample.faulty) : sample.value);
  const id = place.channel.envelope.id;
  if (id !== null && dice.chance(0.5) && typeof value === 'object' && value !== null)
    value = setValueAt(value, id, `id-${dice.below(64)}`);
  for (let times = dice.below(4); times > 0; times -= 1) value = bend(dice, value, place);
  return JSON.stringify(inKnownRooms(value, place)) ?? 'null';
};
