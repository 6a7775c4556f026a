// Room names: fresh ones that fit the parameter's schema, and ones that a careless server takes for another.
import { randomBytes, randomInt } from 'node:crypto';
import type { Channel, JsonSchema } from '../../scripts/model.ts';
import { samplePattern } from './pattern-sample.ts';
import { pointerKeys } from './pointer.ts';
import type { Schemas } from './schemas.ts';

let counter = 0;

/** A name that no other case uses; null where nothing of the usual shapes fits the schema. */
export function freshRoom(channel: Channel, schemas: Schemas): string | null {
  counter += 1;
  const random = randomBytes(4).toString('hex');
  const number = 1_000_000 + (Number.parseInt(random, 16) % 900_000) * 1000 + (counter % 1000);
  const candidates = [
    `Room-${random}-${counter}`,
    `Room${random}${counter}`,
    `room-${random}-${counter}`,
    `${random}-${counter}`,
    `${random}-0000-4000-8000-${String(counter).padStart(12, '0')}`,
    String(number),
    `${random}${counter}`,
    ...ownShapes(nameSchema(channel, schemas)),
  ];
  return candidates.find((candidate) => fits(channel, schemas, candidate)) ?? null;
}

/** Where the contract lists the names, there are no others. */
export function listedRooms({ parameters, room }: Channel): readonly string[] | null {
  const values = parameters.find((one) => one.name === room?.parameter)?.schema.enum;
  return Array.isArray(values) ? values.map(String) : null;
}

/** Names made from what the schema says of them. */
function ownShapes(schema: JsonSchema | null): readonly string[] {
  const { minimum, maximum, pattern } = schema ?? {};
  const shapes: string[] = [];
  if (typeof maximum === 'number') {
    const least = typeof minimum === 'number' ? Math.ceil(minimum) : 1;
    // Both ends are for cases that ask for them.
    const span = Math.min(Math.floor(maximum) - least - 1, 2 ** 40);
    if (span > 1) shapes.push(String(least + 1 + randomInt(span)));
  }
  if (typeof pattern === 'string') {
    for (let again = 0; again < 8; again += 1) shapes.push(samplePattern(pattern) ?? '');
  }
  return shapes;
}

/** Names that differ in case only, then those of which one begins or ends with the other, then in punctuation only. */
export function lookAlikes(channel: Channel, schemas: Schemas, room: string): readonly string[] {
  const swapped = room === room.toLowerCase() ? room.toUpperCase() : room.toLowerCase();
  const other = [
    `1${room}`,
    room.slice(1),
    room.replaceAll('-', '_'),
    room.replaceAll('-', '.'),
    room.replaceAll('-', ''),
  ];
  const names = [swapped, `${room}1`, `${room}0`, room.slice(0, -1), ...other];
  return [...new Set(names)].filter((name) => name !== room && fits(channel, schemas, name));
}

/** Whether a text meets the schema of a room's name; numbers are read as such where the schema wants them. */
export function fits(channel: Channel, schemas: Schemas, text: string): boolean {
  const schema = nameSchema(channel, schemas);
  if (schema === null) return text !== '';
  const numeric = schema.type === 'integer' || schema.type === 'number';
  return (
    text !== '' && schemas.accepts(schema, numeric ? Number(text) : text) && (!numeric || String(Number(text)) === text)
  );
}

/** That of the path parameter; where the address names no room, that of the place where the message that joins names it. */
function nameSchema({ parameters, room, clientMessages }: Channel, schemas: Schemas): JsonSchema | null {
  const parameter = parameters.find((one) => one.name === room?.parameter);
  if (parameter !== undefined) return parameter.schema;
  const join = clientMessages.find((message) => message.key === room?.join?.message);
  if (join === undefined || !room?.join?.room) return null;
  let schema: JsonSchema | undefined = join.schema;
  for (const key of pointerKeys(room.join.room)) {
    const properties: unknown = schema && schemas.resolve(schema).properties;
    schema = (properties as { readonly [name: string]: JsonSchema } | undefined)?.[key];
  }
  return schema === undefined ? null : schemas.resolve(schema);
}
