// Where a message has room for a text of the suite's own, by which what it causes is recognised wherever it arrives.
import type { Channel, ClientMessage } from '../../scripts/model.ts';
import { toPointer, valueAt, withValueAt } from './pointer.ts';
import type { Schemas } from './schemas.ts';

/** A string that takes any text, and that a trigger copies into a server message; null: there is none. `roomPlace`: where it names its room. */
export function markerPlaceOf(
  channel: Channel,
  schemas: Schemas,
  message: ClientMessage,
  value: unknown,
  roomPlace: string | null,
): string | null {
  const copied = channel.serverMessages.flatMap((effect) =>
    effect.triggers.flatMap((trigger) =>
      trigger.on === 'message' && trigger.message === message.key
        ? trigger.fields.flatMap(({ source }) => (source.from === 'message' ? [source.pointer] : []))
        : [],
    ),
  );
  const places = copied.flatMap((pointer) => [pointer, ...freeStrings(valueAt(value, pointer), pointer)]);
  const reserved = [channel.envelope.discriminator, channel.envelope.id, channel.envelope.timestamp];
  reserved.push(roomPlace, message.idempotent?.property ?? null);
  const known = channel.serverMessages.flatMap((effect) =>
    effect.triggers.map((trigger) =>
      trigger.on === 'message' && trigger.message === message.key ? trigger.user : null,
    ),
  );
  return (
    places.find(
      (place) =>
        !reserved.includes(place) &&
        !known.includes(place) &&
        typeof (valueAt(value, place) ?? '') === 'string' &&
        schemas.accepts(message.schema, withValueAt(value, place, 'm-0123456789abcdef')),
    ) ?? null
  );
}

function freeStrings(value: unknown, pointer: string): readonly string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const place = pointer + toPointer([key]);
    return typeof inner === 'string' ? [place] : freeStrings(inner, place);
  });
}
