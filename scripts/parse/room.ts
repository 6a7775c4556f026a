// x-ws-room: what names a room, how a connection joins and leaves it, and how presence is told.
import type { ErrorCondition, Fact, Presence, PresenceMessage, Room, RoomMessage } from '../model.ts';
import { errorConditions } from './error-report.ts';
import {
  isObject,
  needChoice,
  needNumber,
  needText,
  readChoice,
  readFact,
  readFlag,
  readList,
  readPointer,
  readText,
} from './read.ts';
import type { Value } from './value.ts';

export function parseRoom(channel: Value): Room | null {
  const value = channel.field('x-ws-room');
  if (!isObject(value)) return null;
  const scope = needChoice(value, 'scope', ['room', 'channel']) ?? 'channel';
  return {
    scope,
    parameter: readText(value.field('parameter')) ?? null,
    joinOnOpen: readFlag(value.field('joinOnOpen')) ?? scope === 'channel',
    join: parseRoomMessage(value.field('join')),
    leave: parseRoomMessage(value.field('leave')),
    selector: readPointer(value.field('selector')),
    presence: parsePresence(value.field('presence')),
    life: readChoice(value.field('life'), ['kept', 'while-joined']) ?? 'kept',
    ...readFact(value),
  };
}

function parseRoomMessage(value: Value): RoomMessage | null {
  if (!isObject(value)) return null;
  const message = needText(value, 'message', 'the key of the client message');
  if (message === undefined) return null;
  return {
    message,
    room: readPointer(value.field('room')),
    onlyAddress: readFlag(value.field('onlyAddress')) ?? false,
    refused: parseRefused(value.field('refused')),
    ...readFact(value),
  };
}

function parseRefused(value: Value): (Fact & { readonly error: ErrorCondition }) | null {
  if (!isObject(value)) return null;
  return { error: needChoice(value, 'error', errorConditions) ?? 'forbidden', ...readFact(value) };
}

function parsePresence(value: Value): Presence | null {
  if (!isObject(value)) return null;
  const joined = parsePresenceMessage(value, 'joined');
  const left = parsePresenceMessage(value, 'left');
  if (joined === null || left === null) return null;
  return {
    joined,
    left,
    per: readChoice(value.field('per'), ['user', 'connection']) ?? 'user',
    user: readPointer(value.field('user')),
    recovery: parseRecovery(value.field('recovery')),
    ...readFact(value),
  };
}

function parseRecovery(value: Value): (Fact & { readonly withinMs: number }) | null {
  if (!isObject(value)) return null;
  const withinMs = needNumber(value, 'withinMs', 'how soon presence is right again after a process was killed, ms');
  return withinMs === undefined ? null : { withinMs, ...readFact(value) };
}

function parsePresenceMessage(presence: Value, key: string): PresenceMessage | null {
  const value = presence.field(key);
  const message = needText(value, 'message', 'the key of the server message');
  if (message === undefined) return null;
  const match = readList(value.field('match')).flatMap((row) => {
    const pointer = readPointer(row.field('pointer'));
    return pointer === null ? [] : [{ pointer, value: row.at('value').raw }];
  });
  return { message, match };
}
