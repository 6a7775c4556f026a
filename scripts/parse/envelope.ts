// Where the parts of a message sit: as x-ws-envelope says, or as the payload schemas show.
import type { Envelope, JsonSchema, Pointer } from '../model.ts';
import { joinPointer } from './pointer.ts';
import { isObject, readPointer } from './read.ts';
import { constantAt, type Definitions, facets } from './schema-place.ts';
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

/** A property of the root that is constant in every message, and different in each message of a direction. */
function inferDiscriminator({ client, server, definitions }: EnvelopeEvidence): Pointer | null {
  const schemas = [...client, ...server];
  if (schemas.length === 0 || (client.length <= 1 && server.length <= 1 && !schemas.some(hasUsual))) return null;
  const distinct = (name: string, side: readonly JsonSchema[]): boolean => {
    const found = side.map((schema) => constantAt(schema, joinPointer('', name), definitions)?.value);
    return found.every((value) => typeof value === 'string') && new Set(found).size === found.length;
  };
  const name = candidates().find((one) => distinct(one, client) && distinct(one, server));
  return name === undefined ? null : joinPointer('', name);

  function candidates(): string[] {
    const first = schemas[0] ?? {};
    const names = facets(first, definitions, false).flatMap((one) =>
      isRecord(one.properties) ? Object.keys(one.properties) : [],
    );
    const rank = (one: string) => (usualNames.includes(one) ? usualNames.indexOf(one) : usualNames.length);
    return [...new Set(names)].sort((a, b) => rank(a) - rank(b));
  }
  function hasUsual(schema: JsonSchema): boolean {
    return usualNames.some((one) => constantAt(schema, joinPointer('', one), definitions) !== null);
  }
}

function sharedCorrelation(correlations: readonly (Pointer | null)[]): Pointer | null {
  const given = new Set(correlations.filter((one) => one !== null));
  const [only] = given;
  return given.size === 1 && only !== undefined ? only : null;
}
