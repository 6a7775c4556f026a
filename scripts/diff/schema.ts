// Compares two schemas: what the new one takes that the old one refused, and the other way round.
import type { JsonSchema } from '../model.ts';
import { isSame, shown } from './change.ts';

export interface SchemaChange {
  /** Of the keyword, or of the property: `maxLength`, `required`. */
  readonly keyword: string;
  /** Place in the message, RFC 6901. */
  readonly pointer: string;
  readonly sentence: string;
  /** It refuses what it took before. */
  readonly tighter: boolean;
  /** It takes what it refused before. */
  readonly looser: boolean;
  /** A breach of it is only a SHOULD, before and after. */
  readonly weak: boolean;
}

type Definitions = { readonly [name: string]: JsonSchema };
type Step = readonly [tighter: boolean, looser: boolean];

const tighter: Step = [true, false];
const looser: Step = [false, true];
const apart: Step = [true, true];

/** A larger number refuses more, a smaller one less; an absent bound refuses nothing. */
const lower = new Set(['minLength', 'minimum', 'exclusiveMinimum', 'minItems', 'minProperties']);
const upper = new Set(['maxLength', 'maximum', 'exclusiveMaximum', 'maxItems', 'maxProperties']);
/** These say nothing of what is valid. */
const words = new Set(['title', 'description', 'examples', 'default', '$id', '$schema', '$comment', 'deprecated']);
const handled = new Set([
  'properties',
  'required',
  'items',
  'additionalProperties',
  'x-ws-should',
  'type',
  'enum',
  'const',
]);

export function compareSchemas(
  before: JsonSchema,
  after: JsonSchema,
  definitions: { readonly before: Definitions; readonly after: Definitions },
): readonly SchemaChange[] {
  const seen = new Set<string>();
  return walk(before, after, '');

  function walk(oldRaw: unknown, nowRaw: unknown, pointer: string): readonly SchemaChange[] {
    const refs = [refOf(oldRaw), refOf(nowRaw)];
    // A definition that contains itself is compared once.
    if (refs[0] !== undefined && refs[1] !== undefined) {
      if (seen.has(refs.join(' '))) return [];
      seen.add(refs.join(' '));
    }
    const old = resolved(oldRaw, definitions.before);
    const now = resolved(nowRaw, definitions.after);
    if (typeof old === 'boolean' || typeof now === 'boolean') {
      if (isSame(old, now)) return [];
      return [
        made('schema', pointer, old === false ? looser : now === false ? tighter : apart, 'the schema', old, now),
      ];
    }
    const change = (keyword: string, step: Step): SchemaChange =>
      made(keyword, pointer, step, keyword, old[keyword], now[keyword], weakIn(old, keyword) && weakIn(now, keyword));
    return [
      ...values(old, now, pointer),
      ...properties(old, now, pointer),
      ...(isSame(old.items, now.items) ? [] : walk(old.items ?? true, now.items ?? true, `${pointer}/*`)),
      ...[...new Set([...Object.keys(now), ...Object.keys(old)])]
        .filter((keyword) => !words.has(keyword) && !handled.has(keyword) && !isSame(old[keyword], now[keyword]))
        .map((keyword) => change(keyword, stepOf(keyword, old[keyword], now[keyword]))),
      ...weights(old, now, pointer),
    ];
  }

  function properties(old: JsonSchema, now: JsonSchema, pointer: string): readonly SchemaChange[] {
    const changes: SchemaChange[] = [];
    const [was, is] = [propertiesOf(old), propertiesOf(now)];
    const [needed, needs] = [requiredOf(old), requiredOf(now)];
    for (const name of new Set([...Object.keys(is), ...Object.keys(was), ...needs, ...needed])) {
      const at = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const weak = [old, now].every((schema) => weakIn(schema, `required/${name}`));
      if (name in was && name in is) changes.push(...walk(was[name], is[name], at));
      else if (name in is) {
        // Where other properties were refused, it could not be sent before; else anything could stand there.
        const open = old.additionalProperties !== false;
        changes.push({ ...of('property-added', at, open ? [false, false] : looser), sentence: `${at} is new` });
      } else if (name in was) {
        const open = now.additionalProperties !== false;
        changes.push({ ...of('property-removed', at, open ? [false, false] : tighter), sentence: `${at} is gone` });
      }
      if (needs.has(name) && !needed.has(name))
        changes.push({ ...of('required', at, tighter), sentence: `${at} must be there now`, weak });
      if (needed.has(name) && !needs.has(name))
        changes.push({ ...of('required', at, looser), sentence: `${at} need not be there any more`, weak });
    }
    if (!isSame(old.additionalProperties ?? true, now.additionalProperties ?? true))
      changes.push(...walk(old.additionalProperties ?? true, now.additionalProperties ?? true, `${pointer}/*`));
    return changes;
  }

  function values(old: JsonSchema, now: JsonSchema, pointer: string): readonly SchemaChange[] {
    const changes: SchemaChange[] = [];
    const listed = (schema: JsonSchema): readonly unknown[] | undefined =>
      'const' in schema ? [schema.const] : Array.isArray(schema.enum) ? schema.enum : undefined;
    for (const [keyword, was, is] of [
      ['type', typesOf(old), typesOf(now)],
      ['enum', listed(old), listed(now)],
    ] as const) {
      const step = sets(was, is);
      if (step[0] || step[1]) {
        const weak = weakIn(old, keyword) && weakIn(now, keyword);
        changes.push(made(keyword, pointer, step, keyword === 'enum' ? 'its values' : 'its type', was, is, weak));
      }
    }
    return changes;
  }
}

/** A keyword whose breach was a warning and is a failure now, or the other way round. */
function weights(old: JsonSchema, now: JsonSchema, pointer: string): readonly SchemaChange[] {
  const list = (schema: JsonSchema): readonly unknown[] =>
    Array.isArray(schema['x-ws-should']) ? schema['x-ws-should'] : [];
  const [was, is] = [list(old), list(now)];
  if (isSame([...was].sort(), [...is].sort())) return [];
  const step: Step = [was.some((one) => !is.includes(one)), is.some((one) => !was.includes(one))];
  return [made('x-ws-should', pointer, step, 'what is only a SHOULD', was, is)];
}

function stepOf(keyword: string, was: unknown, is: unknown): Step {
  if (lower.has(keyword))
    return number(is, Number.NEGATIVE_INFINITY) > number(was, Number.NEGATIVE_INFINITY) ? tighter : looser;
  if (upper.has(keyword))
    return number(is, Number.POSITIVE_INFINITY) < number(was, Number.POSITIVE_INFINITY) ? tighter : looser;
  if (was === undefined) return tighter;
  return is === undefined ? looser : apart;
}

/** An absent set holds everything. */
function sets(was: readonly unknown[] | undefined, is: readonly unknown[] | undefined): Step {
  if (was === undefined || is === undefined)
    return [was === undefined && is !== undefined, was !== undefined && is === undefined];
  const has = (set: readonly unknown[], one: unknown): boolean => set.some((other) => isSame(one, other));
  return [was.some((one) => !has(is, one)), is.some((one) => !has(was, one))];
}

/** An integer is a number too. */
function typesOf(schema: JsonSchema): readonly string[] | undefined {
  if (schema.type === undefined) return undefined;
  const types = [schema.type].flat() as string[];
  return types.includes('number') ? [...new Set([...types, 'integer'])] : types;
}

function made(
  keyword: string,
  pointer: string,
  step: Step,
  told: string,
  was: unknown,
  is: unknown,
  weak = false,
): SchemaChange {
  return {
    ...of(keyword, pointer, step),
    sentence: `${pointer === '' ? '/' : pointer}: ${told} was ${shown(was)}, is ${shown(is)}`,
    weak,
  };
}

function of(keyword: string, pointer: string, step: Step): Omit<SchemaChange, 'sentence'> {
  return { keyword, pointer, tighter: step[0], looser: step[1], weak: false };
}

const number = (value: unknown, absent: number): number => (typeof value === 'number' ? value : absent);

const propertiesOf = (schema: JsonSchema): { readonly [name: string]: unknown } =>
  (schema.properties ?? {}) as { readonly [name: string]: unknown };

const requiredOf = (schema: JsonSchema): ReadonlySet<string> =>
  new Set(Array.isArray(schema.required) ? (schema.required as string[]) : []);

const weakIn = (schema: JsonSchema, keyword: string): boolean =>
  Array.isArray(schema['x-ws-should']) && schema['x-ws-should'].includes(keyword);

function refOf(schema: unknown): string | undefined {
  const ref = typeof schema === 'object' && schema !== null ? (schema as { $ref?: unknown }).$ref : undefined;
  return typeof ref === 'string' ? ref : undefined;
}

function resolved(schema: unknown, definitions: Definitions): JsonSchema | boolean {
  let found = schema;
  for (let depth = 0; depth < 32; depth += 1) {
    const ref = refOf(found);
    if (ref === undefined) break;
    found = definitions[ref.replace('#/definitions/', '').replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return typeof found === 'object' && found !== null ? (found as JsonSchema) : found !== false;
}
