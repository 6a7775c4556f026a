// A plain valid value of a schema, for messages without an example and properties that a mutation needs present.
import type { JsonSchema } from '../../scripts/model.ts';
import type { Schemas } from './schemas.ts';

/** Required properties only. Patterns are met from a list of candidates; undefined where none fits. */
export function sampleOf(schema: JsonSchema, schemas: Schemas, depth = 0): unknown {
  const at = schemas.resolve(schema);
  if (depth > 12) return null;
  if ('const' in at) return at.const;
  if (Array.isArray(at.enum)) return at.enum[0];
  if ('default' in at) return at.default;
  if (Array.isArray(at.examples) && at.examples.length > 0) return at.examples[0];
  for (const keyword of ['oneOf', 'anyOf'] as const) {
    const branches = at[keyword];
    if (!Array.isArray(branches) || at.type === 'object' || at.properties !== undefined) continue;
    return sampleOf(branches[0] as JsonSchema, schemas, depth + 1);
  }
  const type = Array.isArray(at.type) ? at.type[0] : at.type;
  if (type === 'object' || at.properties !== undefined) return sampleObject(at, schemas, depth);
  if (type === 'array') {
    const count = typeof at.minItems === 'number' ? at.minItems : 0;
    return Array.from({ length: count }, () => sampleOf((at.items ?? {}) as JsonSchema, schemas, depth + 1));
  }
  if (type === 'integer' || type === 'number') return sampleNumber(at);
  if (type === 'boolean') return true;
  if (type === 'null') return null;
  return sampleString(at, schemas);
}

function sampleObject(schema: JsonSchema, schemas: Schemas, depth: number): unknown {
  const value: Record<string, unknown> = {};
  const parts = [schema, ...((schema.allOf ?? []) as JsonSchema[]).map((part) => schemas.resolve(part))];
  for (const part of parts) {
    const properties = (part.properties ?? {}) as Record<string, JsonSchema>;
    for (const name of (part.required ?? []) as string[]) {
      value[name] = sampleOf(properties[name] ?? {}, schemas, depth + 1);
    }
  }
  // An `anyOf` beside properties names which of them are required: take the first branch.
  const branch = ((schema.anyOf ?? schema.oneOf ?? []) as JsonSchema[])[0];
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
  for (const name of (branch?.required as string[] | undefined) ?? []) {
    value[name] ??= sampleOf(properties[name] ?? {}, schemas, depth + 1);
  }
  return value;
}

function sampleNumber(schema: JsonSchema): number {
  if (typeof schema.minimum === 'number') return schema.minimum;
  if (typeof schema.exclusiveMinimum === 'number') return schema.exclusiveMinimum + 1;
  if (typeof schema.maximum === 'number') return Math.min(1, schema.maximum);
  return 1;
}

function sampleString(schema: JsonSchema, schemas: Schemas): string | undefined {
  const shortest = typeof schema.minLength === 'number' ? schema.minLength : 0;
  const candidates = [
    'sample'.padEnd(shortest, 'x'),
    'x'.repeat(Math.max(1, shortest)),
    '2030-01-01T00:00:00.000Z',
    '00000000-0000-4000-8000-000000000000',
    '1',
    'a@b.example',
    'https://example.org/',
    '2030-01-01',
  ];
  return candidates.find((candidate) => schemas.accepts(schema, candidate));
}
