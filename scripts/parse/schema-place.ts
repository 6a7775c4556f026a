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
  let current = facets(schema, definitions, false);
  for (const token of pointerTokens(pointer)) {
    if (!current.some((one) => Array.isArray(one.required) && one.required.includes(token))) return false;
    current = current.flatMap((one) => children(one, token).flatMap((child) => facets(child, definitions, false)));
  }
  return true;
}

/** The one value that the schema allows at that place, where it allows one only. */
export function constantAt(schema: JsonSchema, pointer: Pointer, definitions: Definitions): { value: unknown } | null {
  for (const one of schemasAt(schema, pointer, definitions, false)) {
    if (Object.hasOwn(one, 'const')) return { value: one.const };
    if (Array.isArray(one.enum) && one.enum.length === 1) return { value: one.enum[0] };
  }
  return null;
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
