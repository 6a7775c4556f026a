// Decides what the JSDoc of a property tells of its schema: its description and what a type cannot say.
import { descriptionOf, isSchema } from './schema.ts';

const BOUNDS: readonly (readonly [keyword: string, text: (value: unknown) => string])[] = [
  ['format', (value) => `Format: ${value}.`],
  ['minLength', (value) => `At least ${count(value, 'character')}.`],
  ['maxLength', (value) => `At most ${count(value, 'character')}.`],
  ['pattern', (value) => `Pattern: \`${value}\`.`],
  ['minimum', (value) => `At least ${value}.`],
  ['exclusiveMinimum', (value) => `More than ${value}.`],
  ['maximum', (value) => `At most ${value}.`],
  ['exclusiveMaximum', (value) => `Less than ${value}.`],
  ['multipleOf', (value) => `A multiple of ${value}.`],
  ['minItems', (value) => `At least ${count(value, 'item')}.`],
  ['maxItems', (value) => `At most ${count(value, 'item')}.`],
  ['uniqueItems', (value) => (value === true ? 'Items are distinct.' : '')],
  ['minProperties', (value) => `At least ${value === 1 ? '1 property' : `${value} properties`}.`],
  ['maxProperties', (value) => `At most ${value === 1 ? '1 property' : `${value} properties`}.`],
];

function count(value: unknown, noun: string): string {
  return `${value} ${noun}${value === 1 ? '' : 's'}`;
}

/** The bounds of a schema as sentences, those of JSON Schema that a type does not show. */
export function boundSentences(schema: unknown): string[] {
  if (!isSchema(schema)) return [];
  return BOUNDS.flatMap(([keyword, text]) => (Object.hasOwn(schema, keyword) ? [text(schema[keyword])] : [])).filter(
    (sentence) => sentence !== '',
  );
}

/** Empty where there is nothing to tell. */
export function propertyDoc(schema: unknown): string {
  const integer = isSchema(schema) && schema.type === 'integer' ? ['An integer.'] : [];
  const lines = [descriptionOf(schema) ?? '', [...integer, ...boundSentences(schema)].join(' ')];
  if (isSchema(schema) && Object.hasOwn(schema, 'default')) lines.push(`@default ${JSON.stringify(schema.default)}`);
  if (isSchema(schema) && schema.deprecated === true) lines.push('@deprecated');
  return lines.filter((line) => line !== '').join('\n');
}
