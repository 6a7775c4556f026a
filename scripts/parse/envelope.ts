// Where the parts of a message sit: as x-ws-envelope says, or as the payload schemas show.
import type { Envelope, JsonSchema, Pointer } from '../model.ts';
import { joinPointer, pointerTokens } from './pointer.ts';
import { isObject, readPointer } from './read.ts';
import { constantAt, type Definitions, isRequiredAt, schemasAt } from './schema-place.ts';
import { isRecord, type Value } from './value.ts';

/** Names by which protocols usually tell their messages apart, the most usual first. */
const usualNames = ['type', 'event', 'kind', 'action', 'op', 'method', 'messageType', 'message_type', 'name'];

export interface EnvelopeEvidence {
  /** Payloads of the messages of the two directions. */
  readonly client: readonly JsonSchema[];
  readonly server: readonly JsonSchema[];
  readonly definitions: Definitions;
  /** `correlationId.location` of the messages, as pointers. */
  readonly correlations: readonly (Pointer | null)[];
}

export function parseEnvelope(channel: Value, evidence: EnvelopeEvidence): Envelope {
  const value = channel.field('x-ws-envelope');
  if (isObject(value)) {
    return {
      discriminator: readPointer(value.field('discriminator')),
      payload: readPointer(value.field('payload')),
      id: readPointer(value.field('id')),
      timestamp: readPointer(value.field('timestamp')),
      source: value.source,
    };
  }
  return {
    discriminator: inferDiscriminator(evidence),
    payload: null,
    id: sharedCorrelation(evidence.correlations),
    timestamp: null,
    source: channel.source,
  };
}

/** A property, of the root or one step below, that is constant in every message, and different in each of a direction. */
function inferDiscriminator({ client, server, definitions }: EnvelopeEvidence): Pointer | null {
  const [first, ...others] = [...client, ...server];
  if (first === undefined) return null;
  const root = placesOf(first, '', definitions);
  // Where a message has its direction for itself, nothing has to tell it apart, and only what is surely meant to does.
  if (client.length <= 1 && server.length <= 1) {
    const isSure = (place: Pointer) => [first, ...others].every((one) => isRequiredAt(one, place, definitions));
    return root.filter((place) => isUsual(place) && isSure(place)).find(isDistinct) ?? null;
  }
  const nested = root.flatMap((place) => placesOf(first, place, definitions));
  const usual = [...root.filter(isUsual), ...nested.filter(isUsual)];
  return [...usual, ...root, ...nested].find(isDistinct) ?? null;

  function isDistinct(place: Pointer): boolean {
    return [client, server].every((side) => {
      const values = side.map((schema) => constantAt(schema, place, definitions)?.value);
      return values.every((value) => typeof value === 'string') && new Set(values).size === values.length;
    });
  }
}

function isUsual(place: Pointer): boolean {
  return usualNames.includes(pointerTokens(place).at(-1) ?? '');
}

/** Properties right below a place. */
function placesOf(schema: JsonSchema, place: Pointer, definitions: Definitions): Pointer[] {
  const names = schemasAt(schema, place, definitions).flatMap((one) =>
    isRecord(one.properties) ? Object.keys(one.properties) : [],
  );
  const rank = (name: string) => (usualNames.includes(name) ? usualNames.indexOf(name) : usualNames.length);
  return [...new Set(names)].sort((a, b) => rank(a) - rank(b)).map((name) => joinPointer(place, name));
}

function sharedCorrelation(correlations: readonly (Pointer | null)[]): Pointer | null {
  const given = new Set(correlations.filter((one) => one !== null));
  const [only] = given;
  return given.size === 1 && only !== undefined ? only : null;
}
