// Schemas say what types can say: what no TypeScript type stands for is refused with the reason.
import type { JsonSchema } from '../model.ts';
import { isRecord, type Value } from '../parse/value.ts';
import type { LintInput } from './lint.ts';
import { eachSchema } from './schema-walk.ts';

export function checkSchemas(input: LintInput): void {
  for (const schema of eachSchema(input)) {
    if (isRecord(schema.raw)) checkSchema(schema, schema.raw, input.documents);
  }
}

function checkSchema(at: Value, schema: JsonSchema, documents: LintInput['documents']): void {
  if (Array.isArray(schema.items) && schema.additionalItems !== false && schema.maxItems !== schema.items.length) {
    documents.report('schema-tuple', at.at('items'), {
      message: 'A list with a schema for each item may go on after them: no type stands for that.',
      expected: 'additionalItems: false beside the list of items',
      found: 'an open tuple',
      fix: 'Add additionalItems: false, or one schema under items.',
    });
  }
  if (isRecord(schema.patternProperties) && Object.keys(schema.patternProperties).length > 0) {
    documents.report('schema-pattern-properties', at.at('patternProperties'), {
      message: 'Properties by pattern have no type.',
      expected: 'properties, or additionalProperties with one schema',
      found: `patternProperties: ${Object.keys(schema.patternProperties).join(', ')}`,
      fix: 'Use additionalProperties, with propertyNames: { pattern: ... } for the names.',
    });
  }
  refusePrototype(at, schema, documents);
  const should = schema['x-ws-should'];
  if (!Array.isArray(should)) return;
  for (const [index, keyword] of should.entries()) {
    if (typeof keyword !== 'string') continue;
    const [name, property] = keyword.split('/');
    const isThere =
      property === undefined
        ? Object.hasOwn(schema, keyword)
        : name === 'required' && Array.isArray(schema.required) && schema.required.includes(property);
    if (isThere) continue;
    documents.report('should-unknown', at.at('x-ws-should').at(index), {
      message: `x-ws-should names ${JSON.stringify(keyword)}, which this schema does not have.`,
      expected: `one of ${Object.keys(schema)
        .filter((key) => !key.startsWith('x-'))
        .join(', ')}, or required/NAME`,
      found: keyword,
      fix: 'Mend the name, or add the keyword.',
    });
  }
}

/** JSON may hold it, but objects of JavaScript answer it with their prototype: validators pass over it. */
function refusePrototype(at: Value, schema: JsonSchema, documents: LintInput['documents']): void {
  const places = [
    ...['properties', 'dependencies']
      .filter((keyword) => isRecord(schema[keyword]) && Object.hasOwn(schema[keyword], '__proto__'))
      .map((keyword) => at.at(keyword).at('__proto__')),
    ...(Array.isArray(schema.required) ? schema.required : []).flatMap((name, index) =>
      name === '__proto__' ? [at.at('required').at(index)] : [],
    ),
  ];
  for (const place of places) {
    documents.report('schema-property', place, {
      message: 'No validator can check a property that is called __proto__.',
      expected: 'another name',
      found: '__proto__',
      fix: 'Rename it, or leave it out of the schema.',
    });
  }
}
