// x-ws-resync: which messages are numbered, and how a client that missed some asks for them again.
import type { Resync } from '../model.ts';
import {
  isObject,
  missing,
  needChoice,
  needNumber,
  needText,
  readFact,
  readLevel,
  readNumber,
  readPointer,
  readText,
  readTexts,
} from './read.ts';
import type { Value } from './value.ts';

export function parseResync(channel: Value): Resync | null {
  const value = channel.field('x-ws-resync');
  if (!isObject(value)) return null;
  const sequence = readPointer(value.field('sequence'));
  if (!value.field('sequence').exists) missing(value, 'sequence', 'where the number of a sequenced message sits');
  const request = value.field('request');
  const requestMessage = needText(request, 'message', 'the key of the client message that asks');
  const scope = needChoice(value, 'scope', ['room', 'channel', 'user']);
  if (sequence === null || requestMessage === undefined || scope === undefined) return null;
  const joins = request.field('joins');
  const history = value.field('history');
  return {
    scope,
    sequence,
    timestamp: readPointer(value.field('timestamp')),
    messages: readTexts(value.field('messages')),
    request: {
      message: requestMessage,
      lastSequence: readPointer(request.field('lastSequence')),
      lastTimestamp: readPointer(request.field('lastTimestamp')),
      joins: joins.exists && joins.raw !== false,
      joinsLevel: readLevel(joins),
      ...readFact(request),
    },
    history: {
      messages: needNumber(history, 'messages', 'how many messages are kept') ?? 0,
      ...readFact(history),
    },
    snapshot: parseSnapshot(value.field('snapshot'), sequence),
    client: parseClient(value.field('client')),
    ...readFact(value),
  };
}

function parseSnapshot(value: Value, sequence: string): Resync['snapshot'] {
  if (!isObject(value)) return null;
  const message = needText(value, 'message', 'the key of the server message');
  if (message === undefined) return null;
  return {
    message,
    sequence: readPointer(value.field('sequence')) ?? sequence,
    outOfRangeLevel: readLevel(value.field('outOfRange')),
    ...readFact(value),
  };
}

function parseClient(value: Value): Resync['client'] {
  return {
    afterReconnect: readTexts(value.field('afterReconnect')),
    end: readText(value.field('end')) ?? null,
    gapTimeoutMs: readNumber(value.field('gapTimeoutMs')) ?? 1000,
    holdback: readNumber(value.field('holdback')) ?? 1000,
    ...readFact(value),
  };
}
