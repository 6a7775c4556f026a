import { compileFunction } from 'node:vm';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as validation from '../runtime/validation/index.ts';
import { compileChecks } from '../scripts/emit/compile.ts';
import type { JsonSchema } from '../scripts/model.ts';

type Definitions = { readonly [name: string]: JsonSchema };

function checkOf(schema: JsonSchema, definitions: Definitions = {}): validation.Check {
  const { imports, parts, checks } = compileChecks(new Map([['root', schema]]), definitions);
  const code = [...parts.map(([name, text]) => `const ${name} = ${text};`), `return ${checks.get('root')};`].join('\n');
  const known: { readonly [name: string]: unknown } = validation;
  return compileFunction(code, [...imports])(...imports.map((name) => known[name]));
}

// Not `__proto__`, which AJV leaves unchecked.
const names = fc.constantFrom('a', 'b', 'constructor', 'x/y~');

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, false, 0, 1, 2, -1, 1.5, '', 'a', 'ab', '😀😀', '2025-02-30T00:00:00Z'),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(names, tie('any'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).any;

const bound = fc.integer({ min: 0, max: 3 });
const kind = fc.constantFrom('string', 'number', 'integer', 'boolean', 'null', 'array', 'object');

/** Every keyword that a contract may use, alone and among others; `$ref` leads into the definition that it stands in too. */
const schema = fc.letrec<{ any: JsonSchema }>((tie) => {
  const some = fc.array(tie('any'), { minLength: 1, maxLength: 3 });
  return {
    any: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.constantFrom<JsonSchema>({}, { $ref: '#/definitions/tree' }, { $ref: '#/definitions/word' }),
      fc
        .record(
          {
            type: fc.oneof(kind, fc.uniqueArray(kind, { minLength: 1, maxLength: 3 })),
            const: value,
            enum: fc.uniqueArray(value, { minLength: 1, maxLength: 3, comparator: validation.deepEqual }),
            minLength: bound,
            maxLength: bound,
            pattern: fc.constantFrom('^a', 'b$', '^.$'),
            minimum: bound,
            maximum: bound,
            exclusiveMinimum: bound,
            exclusiveMaximum: bound,
            multipleOf: fc.constantFrom(1, 2, 0.5),
            items: fc.oneof(tie('any'), some),
            additionalItems: fc.oneof(fc.boolean(), tie('any')),
            minItems: bound,
            maxItems: bound,
            uniqueItems: fc.boolean(),
            contains: tie('any'),
            properties: fc.dictionary(names, tie('any'), { maxKeys: 3, noNullPrototype: true }),
            required: fc.uniqueArray(names, { maxLength: 2 }),
            additionalProperties: fc.oneof(fc.boolean(), tie('any')),
            patternProperties: fc.dictionary(fc.constantFrom('^a', 'b'), tie('any'), { maxKeys: 2 }),
            propertyNames: tie('any'),
            minProperties: bound,
            maxProperties: bound,
            dependencies: fc.dictionary(names, fc.oneof(tie('any'), fc.uniqueArray(names, { maxLength: 2 })), {
              maxKeys: 1,
            }),
            allOf: some,
            anyOf: some,
            oneOf: some,
            not: tie('any'),
            if: tie('any'),
            // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
            then: tie('any'),
            else: tie('any'),
          },
          { requiredKeys: [] },
        )
        .map((drawn): JsonSchema => {
          // Beside an item that has a `then` without an `if`, AJV forgets the `contains` of an empty list.
          if ('if' in drawn) return drawn;
          const { then: _then, else: _else, ...rest } = drawn;
          return rest;
        }),
    ),
  };
}).any;

/** Keywords without the ones that fast-check drew in abundance, so that schemas are small and values fit now and then. */
const few = fc.tuple(schema, fc.array(fc.nat(), { minLength: 1, maxLength: 4 })).map(([drawn, picks]): JsonSchema => {
  const rows = Object.entries(drawn);
  if (rows.length === 0) return drawn;
  return Object.fromEntries(picks.map((pick) => rows[pick % rows.length]!));
});

const definitions: Definitions = {
  word: { type: 'string', minLength: 1 },
  tree: {
    type: ['object', 'string'],
    properties: { a: { $ref: '#/definitions/tree' }, b: { type: 'array', items: { $ref: '#/definitions/tree' } } },
  },
};

test('checks accept what AJV accepts, and refuse what it refuses', () => {
  let refused = 0;
  let accepted = 0;
  fc.assert(
    fc.property(few, fc.array(value, { minLength: 1, maxLength: 10 }), (root, values) => {
      const ajv = new Ajv({ strict: false, logger: false, validateSchema: false, ownProperties: true });
      const oracle = ajv.compile({ ...root, definitions });
      const check = checkOf(root, definitions);
      for (const one of values) {
        const found = check(one);
        expect(found === undefined, JSON.stringify({ root, one, found })).toBe(oracle(one));
        if (found) refused++;
        else accepted++;
      }
    }),
    { numRuns: 150 },
  );
  expect(Math.min(refused, accepted)).toBeGreaterThan(100);
});

test.each<[what: string, schema: JsonSchema, value: unknown, pointer: string[] | undefined]>([
  ['a property that is missing', { type: 'object', required: ['a/b'] }, {}, ['a/b']],
  ['a property too many', { properties: { a: {} }, additionalProperties: false }, { a: 1, b: 1 }, ['b']],
  ['a name', { propertyNames: { maxLength: 1 } }, { ab: 1 }, ['ab']],
  ['an item in a tree', { $ref: '#/definitions/tree' }, { a: { b: ['x', 1] } }, ['a', 'b', '1']],
  ['a list too long', { items: [{}], additionalItems: false }, [1, 2], []],
  ['a dependency', { dependencies: { a: ['b'] } }, { a: 1 }, ['b']],
  [
    'a choice in one place',
    { anyOf: [{ properties: { a: { const: 1 } } }, { properties: { a: { const: 2 } } }] },
    { a: 3 },
    ['a'],
  ],
  [
    'a choice in several',
    { properties: { c: { anyOf: [{ required: ['a'] }, { required: ['b'] }] } } },
    { c: {} },
    undefined,
  ],
  ['two of one', { oneOf: [{}, { type: 'string' }] }, 'a', undefined],
])('%s is told by its place', (_what, root, given, path) => {
  expect(checkOf(root, definitions)(given)).toMatchObject({ path });
});

test('what two schemas have in common is there once', () => {
  const word = { type: 'string', maxLength: 9 };
  const { parts } = compileChecks(
    new Map([
      ['a', { properties: { x: word } }],
      ['b', { required: ['y'], properties: { y: word } }],
    ]),
    {},
  );
  expect(parts.filter(([, text]) => text.includes('maxLength('))).toHaveLength(1);
});
