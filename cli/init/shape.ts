// What a message looks like by its names and its schema: the evidence that guesses are made from.
import type { ClientMessage, Contract, Message, Pointer, ServerMessage } from '../../scripts/model.ts';
import { constantAt, facets, isRequiredAt, schemasAt } from '../../scripts/parse/schema-place.ts';
import { isRecord } from '../../scripts/parse/value.ts';

/** The words of a message's discriminator, or of its key where that says nothing: `user_typing` to user, typing. */
export function wordsOf({ type, key }: Message): readonly string[] {
  return [...new Set([...split(type), ...split(key)])];
}

export function split(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/** Whether one of the words of the message begins with one of these. */
export function isNamed(message: Message, ...beginnings: readonly string[]): boolean {
  return wordsOf(message).some((word) => beginnings.some((beginning) => word.startsWith(beginning)));
}

export interface Place {
  readonly pointer: Pointer;
  /** Last token. */
  readonly name: string;
  /** JSON Schema's type; null: several, or none is said. */
  readonly type: string | null;
  readonly format: string | null;
  readonly required: boolean;
  /** Whether any text will do: no pattern, format or list says which. */
  readonly isFree: boolean;
}

/** The properties of a message, and those of its objects one level down: what errors, ids and copies are looked for in. */
export function placesOf(message: Message, { definitions }: Contract): readonly Place[] {
  const at = (parent: Pointer): Place[] => {
    const names = schemasAt(message.schema, parent, definitions).flatMap(({ properties }) =>
      isRecord(properties) ? Object.keys(properties) : [],
    );
    return [...new Set(names)].map((name) => {
      const pointer = `${parent}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const schemas = schemasAt(message.schema, pointer, definitions);
      const types = new Set(schemas.flatMap(({ type }) => (type === undefined ? [] : [type].flat())));
      const formats = schemas.flatMap(({ format }) => (typeof format === 'string' ? [format] : []));
      const [type = null] = types.size === 1 ? [...types].map(String) : [];
      const required = isRequiredAt(message.schema, pointer, definitions);
      const isFree = !schemas.some((one) => ['pattern', 'format', 'enum', 'const'].some((word) => word in one));
      return { pointer, name, type, format: formats[0] ?? null, required, isFree };
    });
  };
  const top = at('');
  return [...top, ...top.filter(({ type }) => type === 'object').flatMap(({ pointer }) => at(pointer))];
}

/** The first place with one of these names (in lower case, without separators), in the order of the names. */
export function placeNamed(places: readonly Place[], ...names: readonly string[]): Place | undefined {
  return names
    .map((name) => places.find((place) => split(place.name).join('') === name))
    .find((place) => place !== undefined);
}

/** The texts that an enum or a constant allows at the place; empty: any. */
export function allowedAt(message: Message, pointer: Pointer, { definitions }: Contract): readonly string[] {
  const schemas = schemasAt(message.schema, pointer, definitions).flatMap((schema) => facets(schema, definitions));
  const listed = schemas.flatMap((schema) => (Array.isArray(schema.enum) ? schema.enum : []));
  const constant = constantAt(message.schema, pointer, definitions)?.value;
  return [...new Set([...listed, constant])].filter((value) => typeof value === 'string');
}

/** What an answer may carry over from the message that it answers: properties of one name and one plain type. */
export function commonPlaces(
  from: ClientMessage,
  to: ServerMessage,
  contract: Contract,
  discriminator: Pointer | null,
): readonly (readonly [target: Pointer, source: Pointer])[] {
  const sources = placesOf(from, contract);
  return placesOf(to, contract).flatMap((target) => {
    if (target.pointer === discriminator || target.type === null || target.type === 'object') return [];
    // What the answer limits to some values may not be what was asked with.
    if (allowedAt(to, target.pointer, contract).length > 0) return [];
    const source = sources.find(({ pointer }) => pointer === target.pointer);
    if (source?.type !== target.type || source.format !== target.format) return [];
    return [[target.pointer, source.pointer] as const];
  });
}
