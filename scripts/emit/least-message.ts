// Decides the least message of a type: its discriminator and what its schema requires, the values from the first example.
import type { Channel, Contract, JsonSchema, Message } from '../model.ts';
import { isSchema, referenceOf, requiredNames, schemaList, schemaMap } from './schema.ts';

/** Valid where the example is, unless the schema has conditions beyond `required`. */
export function leastMessage(contract: Contract, channel: Channel, message: Message): unknown {
  const { discriminator } = channel.envelope;
  const named = discriminator === null ? {} : nested(discriminator.split('/').slice(1), message.type);
  const least = requiredOnly(contract, message.schema, message.examples[0]?.payload ?? {});
  return merge(least, named);
}

function requiredOnly(contract: Contract, schema: JsonSchema, value: unknown): unknown {
  if (!isPlain(value)) return value;
  const parts = withParts(contract, schema);
  const required = new Set(parts.flatMap(requiredNames));
  // An object about which nothing is said is taken as the example has it.
  if (parts.every((part) => schemaMap(part, 'properties').length === 0) && required.size === 0) return value;
  const entries = Object.entries(value).flatMap(([name, inner]): [string, unknown][] => {
    if (!required.has(name)) return [];
    const own = parts.flatMap((part) => schemaMap(part, 'properties')).find(([property]) => property === name)?.[1];
    return [[name, isSchema(own) ? requiredOnly(contract, own, inner) : inner]];
  });
  return Object.fromEntries(entries);
}

/** A schema, what it refers to, and what `allOf` adds. */
export function withParts(contract: Contract, schema: JsonSchema, seen = new Set<JsonSchema>()): JsonSchema[] {
  if (seen.has(schema)) return [];
  seen.add(schema);
  const name = referenceOf(schema);
  const target = name === undefined ? undefined : contract.definitions[name];
  if (isSchema(target)) return withParts(contract, target, seen);
  const parts = schemaList(schema, 'allOf').filter(isSchema);
  return [schema, ...parts.flatMap((part) => withParts(contract, part, seen))];
}

function nested(path: readonly string[], value: unknown): { [name: string]: unknown } {
  const [first = '', ...rest] = path.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return { [first]: rest.length === 0 ? value : nested(rest, value) };
}

function merge(base: unknown, over: { readonly [name: string]: unknown }): unknown {
  const result = isPlain(base) ? { ...base } : {};
  for (const [name, value] of Object.entries(over)) result[name] = isPlain(value) ? merge(result[name], value) : value;
  return result;
}

function isPlain(value: unknown): value is { [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
