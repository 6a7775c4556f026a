// Invalid messages made from a valid one: each breaks one keyword of the schema at one place, and is proven to.
import type { ClientMessage, JsonSchema, Level } from '../../scripts/model.ts';
import type { Built } from './messages.ts';
import { toPointer, valueAt, withValueAt } from './pointer.ts';
import { sampleOf } from './samples.ts';
import type { Schemas } from './schemas.ts';

export interface Mutation {
  /** `maxLength /text`. */
  readonly name: string;
  readonly keyword: string;
  /** Where the fault is; of a missing property, the pointer that it would have. */
  readonly pointer: string;
  /** SHOULD where the schema lists the keyword in `x-ws-should`. */
  readonly level: Level;
  /** Whether it touches the discriminator: the server may take it for an unknown type. */
  readonly discriminator: boolean;
  readonly value: unknown;
  readonly text: string;
}

interface Draft {
  readonly keyword: string;
  readonly pointer: string;
  readonly should: string;
  readonly value: unknown;
  /** Tells several drafts of one keyword at one place apart. */
  readonly variant?: string;
}

const wrongTypes: readonly unknown[] = ['text', 4711, true, null, { unexpected: true }, ['unexpected']];

/** What careless validators take for the right type: they convert, or know no integers. */
const nearTypes: Readonly<Record<string, readonly unknown[]>> = {
  integer: [1.5, '5', true],
  number: ['5', true],
  boolean: ['true', 1],
  string: [null],
  object: [[]],
  array: [{}],
};

export function mutationsOf(
  message: ClientMessage,
  built: Built,
  discriminator: string | null,
  schemas: Schemas,
): readonly Mutation[] {
  const seen = new Set<string>();
  const mutations: Mutation[] = [];
  for (const { draft, schema } of draftsOf(message.schema, '', built.value, schemas)) {
    const { keyword, pointer } = draft;
    const name = `${keyword} ${pointer}${draft.variant === undefined ? '' : ` (${draft.variant})`}`;
    if (seen.has(name) || schemas.accepts(message.schema, draft.value)) continue;
    seen.add(name);
    const listed = (schema['x-ws-should'] ?? []) as readonly string[];
    mutations.push({
      name,
      keyword,
      pointer,
      level: listed.includes(keyword) || listed.includes(draft.should) ? 'SHOULD' : 'MUST',
      discriminator: discriminator !== null && (pointer === discriminator || discriminator.startsWith(`${pointer}/`)),
      value: draft.value,
      text: JSON.stringify(draft.value),
    });
  }
  return mutations;
}

function* draftsOf(
  unresolved: JsonSchema,
  pointer: string,
  whole: unknown,
  schemas: Schemas,
  above: readonly JsonSchema[] = [],
): Generator<{ draft: Draft; schema: JsonSchema }> {
  const schema = schemas.resolve(unresolved);
  // A schema inside itself has been broken in every way already.
  if (above.includes(schema)) return;
  const open = [...above, schema];
  const set = (keyword: string, value: unknown, variant?: string) => ({
    draft: {
      keyword,
      pointer,
      should: keyword,
      value: withValueAt(whole, pointer, value),
      ...(variant === undefined ? {} : { variant }),
    },
    schema,
  });
  if (schema.type !== undefined) {
    const wrong = wrongTypes.find((candidate) => !schemas.accepts({ type: schema.type }, candidate));
    if (wrong !== undefined) yield set('type', wrong);
    for (const near of nearTypes[[schema.type].flat().at(0) as string] ?? []) {
      if (schemas.accepts({ type: schema.type }, near)) continue;
      yield set('type', near, JSON.stringify(near));
    }
  }
  if ('const' in schema) yield set('const', typeof schema.const === 'string' ? `${schema.const}-not` : 'not-it');
  if (Array.isArray(schema.enum)) yield set('enum', 'none-of-these');
  if (typeof schema.minLength === 'number' && schema.minLength > 0)
    yield set('minLength', 'x'.repeat(schema.minLength - 1));
  if (typeof schema.maxLength === 'number') yield set('maxLength', 'x'.repeat(schema.maxLength + 1));
  if (typeof schema.pattern === 'string') {
    const wrong = ['\u0000', ' ', '', '!?', 'ÄÖ/'].find(
      (text) => !schemas.accepts({ type: 'string', pattern: schema.pattern }, text),
    );
    if (wrong !== undefined) yield set('pattern', wrong);
    const valid = valueAt(whole, pointer);
    // Where `$` also matches before a final line feed, and where white space is what ASCII has.
    if (typeof valid === 'string') yield set('pattern', `${valid}\n`, 'line feed at the end');
    yield set('pattern', '\u00a0\u2003\u3000\u2028', 'white space beyond ASCII');
  }
  if (typeof schema.format === 'string') yield set('format', 'not-of-that-format');
  if (typeof schema.minimum === 'number') yield set('minimum', schema.minimum - 1);
  if (typeof schema.maximum === 'number') yield set('maximum', schema.maximum + 1);
  if (typeof schema.exclusiveMinimum === 'number') yield set('exclusiveMinimum', schema.exclusiveMinimum);
  if (typeof schema.exclusiveMaximum === 'number') yield set('exclusiveMaximum', schema.exclusiveMaximum);
  const item = schema.items === undefined ? undefined : sampleOf(schema.items as JsonSchema, schemas);
  if (typeof schema.multipleOf === 'number') yield set('multipleOf', schema.multipleOf / 2);
  if (typeof schema.minItems === 'number' && schema.minItems > 0)
    yield set('minItems', Array(schema.minItems - 1).fill(item));
  if (typeof schema.maxItems === 'number') yield set('maxItems', Array(schema.maxItems + 1).fill(item));
  if (schema.additionalProperties === false) {
    const at = pointer + toPointer(['unexpectedProperty']);
    const draft = {
      keyword: 'additionalProperties',
      pointer: at,
      should: 'additionalProperties',
      value: withValueAt(whole, at, 1),
    };
    yield { draft, schema };
  }
  for (const name of (schema.required ?? []) as string[]) {
    const at = pointer + toPointer([name]);
    yield {
      draft: { keyword: 'required', pointer: at, should: `required/${name}`, value: withValueAt(whole, at, undefined) },
      schema,
    };
  }
  yield* alternatives(schema, pointer, whole);
  for (const [name, inner] of Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>)) {
    const at = pointer + toPointer([name]);
    const filled = valueAt(whole, at) === undefined ? withValueAt(whole, at, sampleOf(inner, schemas)) : whole;
    yield* draftsOf(inner, at, filled, schemas, open);
  }
  if (schema.items !== undefined && !Array.isArray(schema.items)) {
    const at = pointer + toPointer([0]);
    const filled = valueAt(whole, at) === undefined ? withValueAt(whole, pointer, [item]) : whole;
    yield* draftsOf(schema.items as JsonSchema, at, filled, schemas, open);
  }
  for (const part of (schema.allOf ?? []) as JsonSchema[]) yield* draftsOf(part, pointer, whole, schemas, open);
}

/** `anyOf` and `oneOf` that say which properties are required: none of them is there. Several would mend it, so the fault is at their parent. */
function* alternatives(
  schema: JsonSchema,
  pointer: string,
  whole: unknown,
): Generator<{ draft: Draft; schema: JsonSchema }> {
  for (const keyword of ['anyOf', 'oneOf']) {
    const branches = (schema[keyword] ?? []) as JsonSchema[];
    const names = branches.flatMap((branch) => (branch.required ?? []) as string[]);
    if (names.length === 0) continue;
    let value = whole;
    for (const name of names) value = withValueAt(value, pointer + toPointer([name]), undefined);
    yield { draft: { keyword, pointer, should: keyword, value }, schema };
  }
}
