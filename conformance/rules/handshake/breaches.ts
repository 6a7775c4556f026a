// Texts that break, and texts that just keep, the schema of a parameter that stands in an address.

import type { JsonSchema, Level } from '../../../scripts/model.ts';
import { samplePattern } from '../../harness/pattern-sample.ts';

export interface Breach {
  /** `longer than allowed`. */
  readonly what: string;
  readonly text: string;
  readonly level: Level;
}

export interface Bound {
  readonly what: string;
  readonly text: string;
}

export type Accepts = (schema: JsonSchema, value: unknown) => boolean;

/** Beyond it no length is tried: it does not fit in an address. */
const longest = 600;
const specials = ' !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

export function isNumeric(schema: JsonSchema): boolean {
  return schema.type === 'integer' || schema.type === 'number';
}

/** Numbers stand in an address as their shortest decimal text: `007` and `1e3` are none. */
export function keeps(schema: JsonSchema, text: string, accepts: Accepts): boolean {
  if (text === '') return false;
  if (!isNumeric(schema)) return accepts(schema, text);
  return String(Number(text)) === text && accepts(schema, Number(text));
}

/** Ways to break it, each proven to; the level is lowered where the schema lists the keyword in `x-ws-should`. */
export function breachesOf(schema: JsonSchema, accepts: Accepts, inPath: boolean): readonly Breach[] {
  const should = (schema['x-ws-should'] ?? []) as readonly string[];
  const drafts: [string, string, string][] = [];
  if (isNumeric(schema)) {
    drafts.push(
      ['text in place of a number', 'type', 'abc'],
      ['a fraction', 'type', '1.5'],
      ['hexadecimal', 'type', '0x1'],
    );
    drafts.push(['an exponent', 'type', '1e3'], ['a sign', 'type', '+1'], ['a negative number', 'minimum', '-1']);
    drafts.push(['a leading zero', 'type', '01'], ['a space behind it', 'type', '1 ']);
    if (typeof schema.minimum === 'number') drafts.push(['one too small', 'minimum', String(schema.minimum - 1)]);
    if (typeof schema.maximum === 'number') drafts.push(['one too large', 'maximum', String(schema.maximum + 1)]);
  } else {
    const fits = boundsOf(schema, accepts)[0]?.text;
    if (fits !== undefined) {
      drafts.push(['a line feed behind it', 'pattern', `${fits}\n`], ['a space in it', 'pattern', `${fits} ${fits}`]);
      drafts.push(
        ['a slash in it, percent-encoded', 'pattern', `${fits}/${fits}`],
        ['a NUL in it', 'pattern', `${fits}\0`],
      );
      drafts.push(['a letter outside ASCII in it', 'pattern', `${fits}é`]);
      const most = longestOf(schema, fits, accepts);
      if (most !== null) {
        const keyword = typeof schema.maxLength === 'number' ? 'maxLength' : 'pattern';
        drafts.push(['one character too long', keyword, fits[0]!.repeat(most + 1)]);
      }
    }
    if (Array.isArray(schema.enum)) drafts.push(['none of the values', 'enum', 'none-of-these']);
    if (typeof schema.format === 'string') drafts.push(['not of the format', 'format', 'not-of-that-format']);
  }
  if (inPath) drafts.push(['empty', 'minLength', '']);
  return drafts
    .filter(([, , text]) => !keeps(schema, text, accepts))
    .map(([what, keyword, text]) => ({ what, text, level: should.includes(keyword) ? 'SHOULD' : 'MUST' }));
}

/** The longest run of the first character that is taken; null where there is no bound, or where it depends on more. */
function longestOf(schema: JsonSchema, fits: string, accepts: Accepts): number | null {
  let most: number | null = null;
  for (let length = 1; length <= longest; length += 1) {
    if (accepts(schema, fits[0]!.repeat(length))) most = length;
  }
  return most === longest ? null : most;
}

/** Values at the bounds and one with every kind of character that is allowed. */
export function boundsOf(schema: JsonSchema, accepts: Accepts): readonly Bound[] {
  const found: Bound[] = [];
  const add = (what: string, text: string) => {
    if (keeps(schema, text, accepts) && !found.some((bound) => bound.text === text)) found.push({ what, text });
  };
  if (isNumeric(schema)) {
    if (typeof schema.minimum === 'number') add('the smallest', String(schema.minimum));
    if (typeof schema.maximum === 'number') add('the largest', String(schema.maximum));
    add('an ordinary one', '4711');
    return found;
  }
  for (const value of Array.isArray(schema.enum) ? schema.enum : []) add('an allowed value', String(value));
  const shown = typeof schema.pattern === 'string' ? samplePattern(schema.pattern) : null;
  for (const text of [
    'a',
    'A',
    '0',
    'aa',
    'sample',
    '00000000-0000-4000-8000-000000000000',
    '2030-01-01',
    shown ?? '',
  ]) {
    add(text === shown ? 'one of its pattern' : 'the shortest', text);
    if (found.length > 0) break;
  }
  const first = found[0]?.text;
  if (first === undefined) return found;
  const most = longestOf(schema, first, accepts);
  if (most !== null) add('the longest', first[0]!.repeat(most));
  // Of a shape of its own: nothing is known of what else it takes.
  if (first === shown) return found;
  // One by one, then together: a character may be allowed in some places only.
  const kinds = [...specials, 'z', 'Z', '9'].filter((one) => keeps(schema, `${first}${one}${first}`, accepts));
  const all = `${first}${kinds.join('')}${first}`;
  if (kinds.length > 0 && keeps(schema, all, accepts)) add('every kind of character', all);
  else for (const one of kinds) add(`with ${JSON.stringify(one)}`, `${first}${one}${first}`);
  return found;
}
