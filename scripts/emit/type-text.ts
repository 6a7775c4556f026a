// Decides the TypeScript type of a draft-07 schema. Objects with properties become interfaces of their own, so a type is
// always short: names, literals, arrays, maps and unions of these.
import type { JsonSchema } from '../model.ts';
import { literal } from './printer.ts';
import { isSchema, referenceOf, requiredNames, schemaList, schemaMap } from './schema.ts';

export interface TypeContext {
  /** Type name of a definition. */
  readonly nameOf: (definition: string) => string;
  /** Gives an inline object an interface of its own and returns its name. */
  readonly hoist: (schema: JsonSchema, path: string) => string;
}

/** @param path the name that an inline object would get. */
export function typeText(schema: unknown, context: TypeContext, path: string): string {
  if (schema === false) return 'never';
  if (!isSchema(schema)) return 'unknown';
  const reference = referenceOf(schema);
  if (reference !== undefined) return context.nameOf(reference);
  if (Object.hasOwn(schema, 'const')) return literal(schema.const);
  if (Array.isArray(schema.enum)) return union(schema.enum.map(literal));
  const parts = [ownType(schema, context, path)];
  for (const keyword of ['anyOf', 'oneOf']) {
    const branches = schemaList(schema, keyword).map((branch, i) => typeText(branch, context, `${path}Option${i + 1}`));
    if (branches.length > 0) parts.push(union(branches));
  }
  schemaList(schema, 'allOf').forEach((part, i) => {
    parts.push(typeText(part, context, `${path}Part${i + 1}`));
  });
  return intersection(parts);
}

/** The type that the schema's own keywords give, its combinations apart. */
function ownType(schema: JsonSchema, context: TypeContext, path: string): string {
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  return union(types.map((type) => plainType(type, schema, context, path)));
}

function plainType(type: unknown, schema: JsonSchema, context: TypeContext, path: string): string {
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return arrayType(schema, context, path);
    case 'object':
      return isInterface(schema) ? context.hoist(schema, path) : mapType(schema, context, path);
    default:
      // Without a type, keywords of objects bind only objects; a contract that lists properties means an object.
      return isInterface(schema) ? context.hoist(schema, path) : 'unknown';
  }
}

/** Whether a schema describes an object with properties, alone or among other types. */
export function isInterface(schema: JsonSchema): boolean {
  return schemaMap(schema, 'properties').length > 0;
}

function arrayType(schema: JsonSchema, context: TypeContext, path: string): string {
  if (!Array.isArray(schema.items)) return `${operand(typeText(schema.items, context, `${path}Item`))}[]`;
  const least = typeof schema.minItems === 'number' ? schema.minItems : 0;
  const items = schema.items.map((item, i) => {
    const text = typeText(item, context, `${path}Item${i + 1}`);
    return i < least ? text : `${operand(text)}?`;
  });
  if (schema.additionalItems === false) return `[${items.join(', ')}]`;
  const rest = operand(typeText(schema.additionalItems, context, `${path}Rest`));
  return `[${[...items, `...${rest}[]`].join(', ')}]`;
}

function mapType(schema: JsonSchema, context: TypeContext, path: string): string {
  const patterns = schemaMap(schema, 'patternProperties').map(([, value]) => value);
  const others = schema.additionalProperties;
  // An index signature, not a Record: only the former may be recursive.
  const values = others === false ? patterns : [...patterns, others];
  if (values.length === 0) return '{ [key: string]: never }';
  return `{ [key: string]: ${union(values.map((value) => typeText(value, context, `${path}Value`)))} }`;
}

/** Whether unknown properties beside the named ones are part of the type. `additionalProperties: true` only tells a
 * receiver to ignore them, and a type that admits every name would let misspelt ones pass; a schema there invites them. */
export function isOpen(schema: JsonSchema): boolean {
  return isSchema(schema.additionalProperties) || schemaMap(schema, 'patternProperties').length > 0;
}

/** Required names that the schema itself does not describe. */
export function undescribedNames(schema: JsonSchema): readonly string[] {
  const described = new Set(schemaMap(schema, 'properties').map(([name]) => name));
  return requiredNames(schema).filter((name) => !described.has(name));
}

function union(texts: readonly string[]): string {
  const distinct = [...new Set(texts)];
  if (distinct.includes('unknown')) return 'unknown';
  const possible = distinct.filter((text) => text !== 'never');
  return possible.length === 0 ? 'never' : possible.join(' | ');
}

function intersection(texts: readonly string[]): string {
  const distinct = [...new Set(texts)].filter((text) => text !== 'unknown');
  if (distinct.length <= 1) return distinct[0] ?? 'unknown';
  return distinct.map(operand).join(' & ');
}

function operand(text: string): string {
  return /[|&]/.test(text) ? `(${text})` : text;
}
