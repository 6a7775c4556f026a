// Which schemas govern a place in a message: through $ref, allOf and alternatives, properties and items.
import type { Channel, Contract, JsonSchema, Pointer } from '../model.ts';
import { pointerTokens } from './pointer.ts';
import { isRecord } from './value.ts';

export type Definitions = Contract['definitions'];

/** How often one lookup follows alternatives and references: more than any message needs, few enough to end at once. */
const maxSteps = 2000;

/** The schema itself and what it stands for: references followed, allOf (and, if wanted, alternatives) opened. */
export function facets(schema: unknown, definitions: Definitions, alternatives = true): JsonSchema[] {
  const open: JsonSchema[] = [];
  const seen = new Set<unknown>();
  const visit = (one: unknown): void => {
    if (!isRecord(one) || seen.has(one) || seen.size > maxSteps) return;
    seen.add(one);
    if (typeof one.$ref === 'string') {
      visit(definitions[one.$ref.replace('#/definitions/', '')]);
      return;
    }
    open.push(one);
    const groups = alternatives ? [one.allOf, one.anyOf, one.oneOf, [one.then, one.else]] : [one.allOf];
    for (const group of groups) if (Array.isArray(group)) group.forEach(visit);
  };
  visit(schema);
  return open;
}

/** Every schema that the value at the pointer may have to meet. Empty: the schema says nothing of that place. */
export function schemasAt(
  schema: JsonSchema,
  pointer: Pointer,
  definitions: Definitions,
  alternatives = true,
): JsonSchema[] {
  let current = facets(schema, definitions, alternatives);
  for (const token of pointerTokens(pointer)) {
    const next = new Set<JsonSchema>();
    for (const one of current) {
      for (const child of children(one, token))
        for (const facet of facets(child, definitions, alternatives)) next.add(facet);
    }
    current = [...next];
  }
  return current;
}

function children(schema: JsonSchema, token: string): unknown[] {
  const found: unknown[] = [];
  const { properties, items } = schema;
  if (isRecord(properties) && Object.hasOwn(properties, token)) found.push(properties[token]);
  else if (isRecord(schema.additionalProperties)) found.push(schema.additionalProperties);
  if (/^(0|[1-9][0-9]*)$/.test(token)) {
    if (Array.isArray(items)) found.push(items[Number(token)]);
    else if (items !== undefined) found.push(items);
  }
  return found;
}

/** Whether a message that meets the schema always has that place. */
export function isRequiredAt(schema: JsonSchema, pointer: Pointer, definitions: Definitions): boolean {
  let steps = 0;
  const isRequired = (schemas: readonly unknown[], [token, ...rest]: readonly string[]): boolean => {
    if (token === undefined) return true;
    if (++steps > maxSteps) return false;
    const current = schemas.flatMap((one) => facets(one, definitions, false));
    const isNamed = current.some((one) => Array.isArray(one.required) && one.required.includes(token));
    const below = current.flatMap((one) => children(one, token));
    if (isNamed && isRequired(below, rest)) return true;
    return current.some((one) =>
      alternativesOf(one).some((group) => group.every((branch) => isRequired([branch], [token, ...rest]))),
    );
  };
  return isRequired([schema], pointerTokens(pointer));
}

/** The one value that the schema allows at that place, where it allows one only: in each of its alternatives the same. */
export function constantAt(schema: JsonSchema, pointer: Pointer, definitions: Definitions): { value: unknown } | null {
  let steps = 0;
  const constant = (place: unknown, tokens: readonly string[]): { value: unknown } | null => {
    if (++steps > maxSteps) return null;
    for (const one of facets(place, definitions, false)) {
      const own = tokens.length === 0 ? ownConstant(one) : firstOf(children(one, tokens[0] ?? ''), tokens.slice(1));
      if (own !== null) return own;
      for (const group of alternativesOf(one)) {
        const [first = null, ...others] = group.map((branch) => constant(branch, tokens));
        if (first !== null && others.every((other) => other !== null && other.value === first.value)) return first;
      }
    }
    return null;
  };
  const firstOf = (places: readonly unknown[], tokens: readonly string[]): { value: unknown } | null => {
    for (const place of places) {
      const found = constant(place, tokens);
      if (found !== null) return found;
    }
    return null;
  };
  return constant(schema, pointerTokens(pointer));
}

function ownConstant(schema: JsonSchema): { value: unknown } | null {
  if (Object.hasOwn(schema, 'const')) return { value: schema.const };
  return Array.isArray(schema.enum) && schema.enum.length === 1 ? { value: schema.enum[0] } : null;
}

function alternativesOf(schema: JsonSchema): (readonly unknown[])[] {
  return [schema.anyOf, schema.oneOf].filter((group) => Array.isArray(group) && group.length > 0) as unknown[][];
}

/** The values at the places of an example payload, by pointer; undefined where it has no such place. */
export function valueAt(payload: unknown, pointer: Pointer): unknown {
  let current = payload;
  for (const token of pointerTokens(pointer)) {
    if (Array.isArray(current)) current = current[Number(token)];
    else if (isRecord(current) && Object.hasOwn(current, token)) current = current[token];
    else return undefined;
  }
  return current;
}

export function allMessages(
  channel: Channel,
): (Channel['clientMessages'][number] | Channel['serverMessages'][number])[] {
  return [...channel.clientMessages, ...channel.serverMessages];
}
