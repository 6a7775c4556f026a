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
