// x-ws-trigger: what causes a server message, and where the values that it carries come from.
import type { Field, FieldSource, Trigger } from '../model.ts';
import { isPointer } from './pointer.ts';
import { isObject, needChoice, needText, readFact, readList, readPointer, report } from './read.ts';
import { isRecord, type Value } from './value.ts';

const messageSource = '$message.payload#';
const plainSources: { readonly [text: string]: FieldSource } = {
  '$user.id': { from: 'user-id' },
  '$user.name': { from: 'user-name' },
  $room: { from: 'room' },
  $now: { from: 'now' },
  $id: { from: 'new-id' },
};

export function parseTriggers(value: Value): Trigger[] {
  return readList(value).flatMap(parseTrigger);
}

function parseTrigger(row: Value): Trigger[] {
  const on = needChoice(row, 'on', ['message', 'open', 'join', 'leave', 'timer', 'server']);
  if (on === undefined) return [];
  const shared = { fields: parseFields(row.field('fields')), ...readFact(row) };
  if (on !== 'message') return [{ on, ...shared }];
  const message = needText(row, 'message', 'the key of the client message');
  return message === undefined ? [] : [{ on, message, user: readPointer(row.field('user')), ...shared }];
}

function parseFields(value: Value): Field[] {
  if (!isObject(value)) return [];
  return Object.keys(isRecord(value.raw) ? value.raw : {}).flatMap((target) => {
    const site = value.at(target);
    const source = isPointer(target) && target !== '' ? parseSource(site) : undefined;
    if (source !== undefined) return [{ target, source }];
    report(site, 'value-unknown', {
      message: `The field ${JSON.stringify(target)} of a trigger cannot be read.`,
      expected: `a pointer into the message, with one of ${messageSource}/POINTER, ${Object.keys(plainSources).join(', ')}, or { value: ... }`,
      found: JSON.stringify(site.raw),
      fix: 'Write a place of the message on the left, and where its value comes from on the right.',
    });
    return [];
  });
}

function parseSource(site: Value): FieldSource | undefined {
  const { raw } = site;
  if (isRecord(raw) && Object.hasOwn(raw, 'value')) return { from: 'value', value: raw.value };
  if (typeof raw !== 'string') return undefined;
  if (Object.hasOwn(plainSources, raw)) return plainSources[raw];
  const pointer = raw.slice(messageSource.length);
  return raw.startsWith(messageSource) && isPointer(pointer) ? { from: 'message', pointer } : undefined;
}
