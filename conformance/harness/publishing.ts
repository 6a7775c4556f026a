// What the server's own code is asked to send: the contract's example of a message, marked where it takes any text.
import type { Channel, ServerMessage } from '../../scripts/model.ts';
import type { Published } from '../kit.ts';
import { uniqueText } from './messages.ts';
import { toPointer, withValueAt } from './pointer.ts';
import { sampleOf } from './samples.ts';
import type { Schemas } from './schemas.ts';

export function publishable(channel: Channel, message: ServerMessage, schemas: Schemas): Published {
  const example = message.examples.find((one) => schemas.accepts(message.schema, one.payload));
  const value: unknown = structuredClone(example?.payload ?? sampleOf(message.schema, schemas));
  const marker = uniqueText('m-');
  const { discriminator, id, timestamp } = channel.envelope;
  const places = stringPlaces(value).filter((place) => ![discriminator, id, timestamp].includes(place));
  const place = places.find((one) => schemas.accepts(message.schema, withValueAt(value, one, marker)));
  if (place === undefined) return { value, marker: null };
  return { value: withValueAt(value, place, marker), marker };
}

function stringPlaces(value: unknown, pointer = ''): readonly string[] {
  if (typeof value === 'string') return [pointer];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => stringPlaces(inner, pointer + toPointer([key])));
}
