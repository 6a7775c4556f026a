// Gathers the types of a channel: each message and each definition it uses, and an interface for every inline object.
import type { Channel, Contract, JsonSchema } from '../model.ts';
import { pascalCase, type TypeNames, typeNames, uniqueNames } from './names.ts';
import { descriptionOf, reachableDefinitions, referenceOf, requiredNames, schemaMap } from './schema.ts';
import { isInterface, isOpen, type TypeContext, typeText, undescribedNames } from './type-text.ts';

export interface PropertyDefinition {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly schema: unknown;
}

/** `alias`: everything that is no interface and no enum. */
export type TypeDefinition = { readonly name: string; readonly description: string | undefined } & (
  | { readonly kind: 'interface'; readonly properties: readonly PropertyDefinition[]; readonly open: boolean }
  | { readonly kind: 'enum'; readonly values: readonly unknown[] }
  | { readonly kind: 'alias'; readonly type: string }
);

export type PrintableDefinition = Extract<TypeDefinition, { kind: 'interface' | 'enum' }>;

export interface ChannelDefinitions {
  readonly names: TypeNames;
  readonly definitions: readonly TypeDefinition[];
}

export function channelDefinitions(contract: Contract, channel: Channel, prefix: string): ChannelDefinitions {
  const messages = [...channel.clientMessages, ...channel.serverMessages];
  const objects: [string, JsonSchema][] = [
    [`${prefix}Parameters`, objectOf(channel.parameters.map((parameter) => ({ ...parameter, required: true })))],
    [`${prefix}Query`, objectOf(channel.query)],
  ];
  const roots = [...objects.map(([, schema]) => schema), ...messages.map(({ schema }) => schema)];
  const used = reachableDefinitions(roots, contract.definitions);
  const names = typeNames(prefix, channel, used);

  const definitions: TypeDefinition[] = [];
  const taken = new Set([...names.messages.values(), ...names.definitions.values()]);
  const context: TypeContext = {
    nameOf: (definition) => names.definitions.get(definition) ?? 'unknown',
    hoist(schema, path) {
      const name = uniqueNames([path], String, '', taken).get(path) ?? path;
      taken.add(name);
      add(name, ownObject(schema), descriptionOf(schema));
      return name;
    },
  };
  const add = (name: string, schema: JsonSchema, description: string | undefined): void => {
    const at = definitions.length;
    definitions.splice(at, 0, define(name, schema, description, context));
  };

  for (const [name, schema] of objects) {
    if (isInterface(schema)) add(name, schema, undefined);
    else definitions.push({ kind: 'interface', name, description: undefined, properties: [], open: false });
  }
  for (const message of messages) {
    const name = names.messages.get(message) ?? message.name;
    if (isSameType(message.schema, name, names)) continue;
    add(name, message.schema, message.description ?? message.summary ?? descriptionOf(message.schema));
  }
  for (const [definition, name] of names.definitions) {
    const schema = contract.definitions[definition];
    if (schema !== undefined) add(name, schema, descriptionOf(schema));
  }
  return { names, definitions };
}

/** What a schema itself says of an object, without its other types and its combinations. */
function ownObject(schema: JsonSchema): JsonSchema {
  const { enum: _enum, anyOf: _anyOf, oneOf: _oneOf, allOf: _allOf, ...own } = schema;
  return { ...own, type: 'object' };
}

/** Whether a message is a bare reference to a definition of the same name: one type, printed once. */
function isSameType(schema: JsonSchema, name: string, names: TypeNames): boolean {
  const reference = referenceOf(schema);
  return reference !== undefined && names.definitions.get(reference) === name;
}

function define(
  name: string,
  schema: JsonSchema,
  description: string | undefined,
  context: TypeContext,
): TypeDefinition {
  const isPlain = !['$ref', 'const', 'anyOf', 'oneOf', 'allOf'].some((keyword) => typed(schema, keyword));
  const isObject = schema.type === 'object' || schema.type === undefined;
  if (isPlain && Array.isArray(schema.enum)) return { kind: 'enum', name, description, values: schema.enum };
  if (!isPlain || !isObject || !isInterface(schema)) {
    return { kind: 'alias', name, description, type: typeText(schema, context, name) };
  }
  const required = new Set(requiredNames(schema));
  const properties = schemaMap(schema, 'properties').map(([property, value]) => ({
    name: property,
    type: typeText(value, context, name + pascalCase(property)),
    required: required.has(property),
    schema: value,
  }));
  const undescribed = undescribedNames(schema).map((property) => ({
    name: property,
    type: 'unknown',
    required: true,
    schema: {},
  }));
  return { kind: 'interface', name, description, properties: [...properties, ...undescribed], open: isOpen(schema) };
}

/** Whether a keyword says something about the type; `anyOf` over `required` alone does not. */
function typed(schema: JsonSchema, keyword: string): boolean {
  const value = schema[keyword];
  if (!Array.isArray(value) || keyword === 'const') return Object.hasOwn(schema, keyword);
  const isBound = (branch: unknown): boolean =>
    typeof branch === 'object' && branch !== null && Object.keys(branch).every((key) => key === 'required');
  return !value.every(isBound);
}

function objectOf(
  rows: readonly { name: string; required: boolean; schema: JsonSchema; description?: string }[],
): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(
      rows.map(({ name, schema, description }) => [
        name,
        description === undefined ? schema : { ...schema, description },
      ]),
    ),
    required: rows.filter(({ required }) => required).map(({ name }) => name),
  };
}
