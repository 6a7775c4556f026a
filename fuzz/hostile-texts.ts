// The JSON layer: the text of a valid message with characters taken out, put in, repeated or moved, and text that never was JSON.
import { setValueAt } from '../conformance/harness/pointer.ts';
import type { Dice } from './dice.ts';
import { anyValue } from './hostile-values.ts';
import type { Place } from './places.ts';

const pieces = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  'null',
  'NaN',
  '-',
  '1e999',
  '-0',
  '01',
  '.5',
  '0x10',
  '1e',
  'true',
  "'",
  '//',
  '/**/',
  '\u0000',
  '\u0001',
  '\ufeff',
  '\u2028',
  '\\u0000',
  '\\ud800',
  '\\x41',
  '\\u00',
  ' ',
  '\t',
  '\n',
  '{}',
  '[]',
  ',,',
  '"__proto__":{"polluted":1},',
  '"constructor":{"prototype":{"polluted":1}},',
  '"type":"type",',
  '{"a":',
  '[[',
  'undefined',
  '\u{1f600}',
  '9'.repeat(400),
  '"x":"\\u0022",',
];

const nested = (dice: Dice): string => {
  const depth = dice.pick([10, 254, 255, 256, 257, 1000, 20_000]);
  const [open, close] = dice.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ] as const);
  return `${open.repeat(depth)}${open === '[' ? '' : '1'}${dice.chance(0.2) ? '' : close.repeat(depth)}`;
};

const bend = (dice: Dice, text: string): string => {
  const start = dice.below(text.length + 1);
  const end = Math.min(text.length, start + dice.length(16));
  switch (dice.below(6)) {
    case 0:
      return text.slice(0, start) + text.slice(end);
    case 1:
    case 2:
      return text.slice(0, start) + dice.pick(pieces) + text.slice(start);
    case 3:
      return text.slice(0, end) + text.slice(start, end).repeat(dice.below(4)) + text.slice(end);
    case 4:
      return text.slice(0, start);
    default:
      return text.slice(start) + text.slice(0, start);
  }
};

/** Padded with white space, which JSON allows, to around the largest size. */
const sized = (dice: Dice, text: string, place: Place): string => {
  const bytes = place.channel.limits.message?.bytes ?? 65_536;
  const size = bytes + dice.pick([-1, 0, 0, 1, 2]);
  return text + ' '.repeat(Math.max(0, size - Buffer.byteLength(text)));
};

export const hostileText = (dice: Dice, place: Place): string => {
  const sample = dice.pick(place.samples);
  const text = JSON.stringify(sample.value);
  if (dice.chance(0.02)) return sized(dice, text, place);
  if (dice.chance(0.05)) return nested(dice);
  if (dice.chance(0.05)) {
    const value = structuredClone(sample.value);
    return JSON.stringify(setValueAt(value, '/extra', 0)).replace('"extra":0', `"extra":${nested(dice)}`);
  }
  if (dice.chance(0.05)) return JSON.stringify(anyValue(dice));
  if (dice.chance(0.05)) return dice.bytes(dice.length(300)).toString('latin1');
  let bent = text;
  for (let times = 1 + dice.below(3); times > 0; times -= 1) bent = bend(dice, bent);
  return bent;
};
