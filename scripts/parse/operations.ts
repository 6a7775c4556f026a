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
  readonly reply: OperationReply | null;
}

export interface OperationReply {
  readonly value: Value;
  /** Key of the channel on which it comes. */
  readonly channel: string;
  /** Keys of that channel's messages. */
  readonly messages: readonly string[];
}

/** A key of an operation or message, or of the traits that it has: its own wins, then that of the last trait. */
export function traitField(value: Value, key: string): Value {
  const own = value.at(key);
  if (own.exists) return own;
  return (
    value
      .field('traits')
      .items()
      .map((trait) => trait.at(key))
      .findLast((one) => one.exists) ?? own
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
  return [
    {
      name,
      value,
      action,
      channel,
      messages: named.exists ? messageKeys(named, channel, messages) : Object.keys(messages.raw ?? {}),
      reply: parseReply(name, value.field('reply'), channel, channels),
    },
  ];
}

function parseReply(operation: string, value: Value, own: string, channels: Value): OperationReply | null {
  if (!isRecord(value.raw)) return null;
  const channel = value.field('channel').exists ? (channelKey(value.at('channel'), channels) ?? own) : own;
  const messages = channels.field(channel).field('messages');
  if (channel !== own) {
    report(value, 'reply-channel', {
      severity: 'warning',
      message: `The reply of ${JSON.stringify(operation)} comes on the channel ${JSON.stringify(channel)}, which is another connection: nothing waits for it.`,
      expected: `a reply on ${JSON.stringify(own)}`,
      found: JSON.stringify(channel),
      fix: 'Put the messages of one connection into one channel.',
    });
  }
  return { value, channel, messages: messageKeys(value.field('messages'), channel, messages) };
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
