// Renames the properties of a payload schema, and of the values that are written for it.
import { isRecord } from '../parse/value.ts';
import { renamed, renamedPointer, renamedReference } from './names.ts';

/** Places, from the root of a message, whose text is a name itself: of the message, or of an error. */
interface Places {
  readonly discriminator: string | null;
  readonly code: string | null;
}

const schemas = new Set([
  'additionalItems',
  'contains',
  'additionalProperties',
  'propertyNames',
  'if',
  'then',
  'else',
  'not',
]);
const lists = new Set(['allOf', 'anyOf', 'oneOf']);
const values = new Set(['const', 'default']);

export function renameSchema(schema: unknown, pointer: string, places: Places): unknown {
  if (!isRecord(schema)) return schema;
  const changed = Object.entries(schema).map(([keyword, value]): [string, unknown] => [
    keyword,
    renameKeyword(keyword, value, pointer, places),
  ]);
  return Object.fromEntries(changed);
}

function renameKeyword(keyword: string, value: unknown, pointer: string, places: Places): unknown {
  const inside = (item: unknown) => renameSchema(item, pointer, places);
  if (keyword === '$ref' && typeof value === 'string') return renamedReference(value);
  if (schemas.has(keyword)) return inside(value);
  if (lists.has(keyword)) return Array.isArray(value) ? value.map(inside) : value;
  if (keyword === 'items') {
    const item = (one: unknown) => renameSchema(one, `${pointer}/0`, places);
    return Array.isArray(value) ? value.map(item) : item(value);
  }
  if (keyword === 'properties' && isRecord(value)) {
    const properties = Object.entries(value);
    return Object.fromEntries(
      properties.map(([name, one]) => [renamed(name), renameSchema(one, `${pointer}/${name}`, places)]),
    );
  }
  if (keyword === 'required' && Array.isArray(value)) return value.map((name) => renamed(String(name)));
  if (keyword === 'x-ws-should' && Array.isArray(value))
    return value.map((word) =>
      String(word).replace(/^required\/(.*)$/, (_all, name: string) => `required/${renamed(name)}`),
    );
  if (values.has(keyword)) return renameValue(value, pointer, places);
  if (keyword === 'enum' && Array.isArray(value)) return value.map((one) => renameValue(one, pointer, places));
  return value;
}

/** A message, or a part of one, as it is on the wire. Texts that are no names stay; pointers into messages follow. */
export function renameValue(value: unknown, pointer: string, places: Places): unknown {
  if (Array.isArray(value)) return value.map((item) => renameValue(item, `${pointer}/0`, places));
  if (isRecord(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [renamed(name), renameValue(item, `${pointer}/${name}`, places)]),
    );
  }
  if (typeof value !== 'string') return value;
  return pointer === places.discriminator || pointer === places.code ? renamed(value) : renamedPointer(value);
}
