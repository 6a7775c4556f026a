// Guesses which messages are numbered, and by which message a client asks for those that it missed.
import type { Channel, Contract, Pointer, ServerMessage } from '../../scripts/model.ts';
import { isNamed, type Place, placeNamed, placesOf } from './shape.ts';

const numberNames = ['seq', 'sequence', 'sequencenumber', 'seqno', 'seqnum', 'offset', 'version', 'revision', 'rev'];
const lastNames = numberNames.flatMap((name) => [`last${name}`, `since${name}`, `after${name}`, `from${name}`, name]);
const askingNames = ['resync', 'replay', 'resume', 'sync', 'catch', 'missed', 'recover'];

/** The value of x-ws-resync; null where nothing is numbered, or nobody can ask. `isShared`: whether all of a room get it. */
export function inferResync(
  channel: Channel,
  contract: Contract,
  scope: 'room' | 'channel',
  isShared: (message: ServerMessage) => boolean,
): object | null {
  const request = channel.clientMessages
    .filter((message) => isNamed(message, ...askingNames))
    .map((message) => {
      const places = placesOf(message, contract);
      const last = placeNamed(places.filter(isInteger), ...lastNames, 'since', 'after', 'last', 'from');
      const time = places.find(({ format, name }) => format === 'date-time' && /last|since|after|from/i.test(name));
      return { message, last: last?.pointer, time: time?.pointer };
    })
    .find(({ last }) => last !== undefined);
  const sequence = sequenceOf(channel, contract);
  if (request === undefined || sequence === null) return null;
  const numbered = channel.serverMessages.filter((message) => hasPlace(message, sequence, contract));
  const messages = numbered.filter(isShared).map(({ key }) => key);
  if (messages.length === 0) return null;
  const snapshot = numbered.find((message) => !isShared(message) && isNamed(message, 'state', 'snapshot', 'init'));
  const join = channel.clientMessages.find((message) => isNamed(message, 'join', 'enter'));
  return {
    scope,
    sequence,
    messages,
    request: {
      message: request.message.key,
      lastSequence: request.last,
      ...(request.time !== undefined && { lastTimestamp: request.time }),
    },
    history: { messages: 1000 },
    ...(snapshot && { snapshot: { message: snapshot.key, sequence } }),
    client: { afterReconnect: [...(join ? [join.key] : []), request.message.key] },
  };
}

/** The number that most server messages carry at one place. */
function sequenceOf({ serverMessages }: Channel, contract: Contract): Pointer | null {
  const counts = new Map<Pointer, number>();
  for (const message of serverMessages) {
    const place = placeNamed(placesOf(message, contract).filter(isInteger), ...numberNames);
    if (place !== undefined) counts.set(place.pointer, (counts.get(place.pointer) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, left], [, right]) => right - left);
  return most?.[0] ?? null;
}

const hasPlace = (message: ServerMessage, pointer: Pointer, contract: Contract): boolean =>
  placesOf(message, contract).some((place) => place.pointer === pointer && isInteger(place));

const isInteger = ({ type }: Place): boolean => type === 'integer';
