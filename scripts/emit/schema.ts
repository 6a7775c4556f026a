// Reads draft-07 schemas: what they refer to and what kind of thing they describe.
import type { JsonSchema } from '../model.ts';

const PREFIX = '#/definitions/';

/** The definition that a schema is a bare reference to. */
export function referenceOf(schema: unknown): string | undefined {
  if (!isSchema(schema) || typeof schema.$ref !== 'string' || !schema.$ref.startsWith(PREFIX)) return undefined;
  return decodeURIComponent(schema.$ref.slice(PREFIX.length)).replaceAll('~1', '/').replaceAll('~0', '~');
}

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The subschemas of a keyword that maps names to schemas, in order. */
export function schemaMap(schema: JsonSchema, keyword: string): [string, unknown][] {
  const map = schema[keyword];
  return isSchema(map) ? Object.entries(map) : [];
}

export function schemaList(schema: JsonSchema, keyword: string): readonly unknown[] {
  const list = schema[keyword];
  return Array.isArray(list) ? list : [];
}

export function requiredNames(schema: JsonSchema): readonly string[] {
  return schemaList(schema, 'required').filter((name) => typeof name === 'string');
}

export function descriptionOf(schema: unknown): string | undefined {
  return isSchema(schema) && typeof schema.description === 'string' ? schema.description : undefined;
}

/** Names of the definitions that schemas use, directly or through others, in the order they are first met. */
export function reachableDefinitions(
  schemas: readonly unknown[],
  definitions: { readonly [name: string]: JsonSchema },
): string[] {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const name = referenceOf(value);
    if (name !== undefined && Object.hasOwn(definitions, name) && !found.has(name)) {
      found.add(name);
      visit(definitions[name]);
    }
    for (const item of Object.values(value)) visit(item);
  };
  for (const schema of schemas) visit(schema);
  return [...found];
}
