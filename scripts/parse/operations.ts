// The operations of a document, each with the channel and the messages that it is about.
import type { Pointer } from '../model.ts';
import { pointerTokens } from './pointer.ts';
import { readChoice, report } from './read.ts';
import { isRecord, type Value } from './value.ts';

export interface Operation {
  readonly name: string;
  readonly value: Value;
  /** `send`: the server sends. */
  readonly action: 'send' | 'receive';
  /** Key of the channel. */
  readonly channel: string;
  /** Keys of the channel's messages. */
  readonly messages: readonly string[];
  readonly reply: { readonly value: Value; readonly messages: readonly string[] } | null;
}

/** A key of an operation or message, or of the traits that it has: what is written nearer wins. */
export function traitField(value: Value, key: string): Value {
  const own = value.at(key);
  if (own.exists) return own;
  return (
    value
      .field('traits')
      .items()
      .map((trait) => trait.at(key))
      .find((one) => one.exists) ?? own
  );
}

export function parseOperations(document: Value): Operation[] {
  const channels = document.field('channels');
  return document
    .field('operations')
    .entries()
    .flatMap(([name, value]) => parseOperation(name, value, channels));
}

function parseOperation(name: string, value: Value, channels: Value): Operation[] {
  const action = readChoice(value.field('action'), ['send', 'receive']);
  const channel = channelKey(value.at('channel'), channels);
  if (channel === undefined) {
    report(value, 'operation-channel', {
      message: `The operation ${JSON.stringify(name)} names no channel of this document.`,
      expected: `channel: { $ref: '#/channels/KEY' }`,
      fix: 'Refer to a key of channels.',
    });
    return [];
  }
  if (action === undefined) return [];
  const messages = channels.field(channel).field('messages');
  const named = value.field('messages');
  const reply = value.field('reply');
  return [
    {
      name,
      value,
      action,
      channel,
      messages: named.exists ? messageKeys(named, channel, messages) : Object.keys(messages.raw ?? {}),
      reply: isRecord(reply.raw)
        ? { value: reply, messages: messageKeys(reply.field('messages'), channel, messages) }
        : null,
    },
  ];
}

function channelKey(site: Value, channels: Value): string | undefined {
  const target = site.resolve();
  for (const { pointer } of target.hops) {
    const tokens = pointerTokens(pointer);
    if (tokens.length === 2 && tokens[0] === 'channels' && channels.at(tokens[1] ?? '').exists) return tokens[1];
  }
  return channels.entries().find(([, one]) => target.exists && one.id === target.id)?.[0];
}

function messageKeys(list: Value, channel: string, messages: Value): string[] {
  const keys: string[] = [];
  for (let index = 0; Array.isArray(list.raw) && index < list.raw.length; index += 1) {
    const target = list.at(index).resolve();
    const key =
      target.hops
        .map((hop) => keyOf(hop.pointer, channel))
        .find((one) => one !== undefined && messages.at(one).exists) ??
      messages.entries().find(([, one]) => target.exists && one.id === target.id)?.[0];
    if (key !== undefined) keys.push(key);
    else if (target.exists) {
      report(list.at(index), 'operation-message', {
        message: `The channel ${JSON.stringify(channel)} has no such message.`,
        expected: `one of ${
          messages
            .entries()
            .map(([one]) => one)
            .join(', ') || 'the messages of the channel'
        }`,
        found: JSON.stringify(list.at(index).raw),
        fix: `Refer to '#/channels/${channel}/messages/KEY'.`,
      });
    }
  }
  return keys;
}

function keyOf(pointer: Pointer, channel: string): string | undefined {
  const tokens = pointerTokens(pointer);
  return tokens.length === 4 && tokens[0] === 'channels' && tokens[1] === channel && tokens[2] === 'messages'
    ? tokens[3]
    : undefined;
}
