// Compares two contracts: every change of a rule, and whom it breaks. Words that change no rule are no change.
import type { Channel, Contract } from '../model.ts';
import { type Breaks, both, type Change, clients, nobody, shown } from './change.ts';
import { compareConnection } from './connection-rules.ts';
import { compareMessages, type Versions } from './messages.ts';
import { compareRooms } from './room-rules.ts';

/** In the order of the new document; what is gone comes where its channel ends. */
export function diffContracts(before: Contract, after: Contract): readonly Change[] {
  const old = new Map(before.channels.map((channel) => [channel.name, channel]));
  const now = new Map(after.channels.map((channel) => [channel.name, channel]));
  const changes = after.channels.flatMap((channel) => {
    const was = old.get(channel.name);
    // Nobody who does not serve or use it is concerned.
    if (was === undefined) return [made(channel, 'channel/added', `the channel ${channel.name} is new`, nobody)];
    return compareChannel({ before, after }, { before: was, after: channel });
  });
  const gone = before.channels
    .filter(({ name }) => !now.has(name))
    .map((channel) => ({
      ...made(channel, 'channel/removed', `the channel ${channel.name} is gone`, clients),
      gone: true,
    }));
  return [...changes, ...gone];
}

function compareChannel(contracts: Versions<Contract>, channels: Versions<Channel>): readonly Change[] {
  const { before, after } = channels;
  const place = { channel: after.name, message: null };
  return [
    ...compareAddress(before, after),
    ...compareEnvelope(before, after),
    ...compareConnection(place, before, after),
    ...compareRooms(place, before, after),
    ...compareMessages(contracts, channels),
  ];
}

function compareAddress(before: Channel, after: Channel): readonly Change[] {
  const path = ({ pathname, address }: Channel): string => `${pathname}${address}`;
  // The name of a parameter is not on the wire.
  const bare = (channel: Channel): string => path(channel).replace(/\{[^}]*\}/g, '{}');
  if (bare(before) === bare(after)) return [];
  return [made(after, 'channel/address', `the address was ${path(before)}, is ${path(after)}`, both)];
}

function compareEnvelope(before: Channel, after: Channel): readonly Change[] {
  return (['discriminator', 'payload', 'id', 'timestamp'] as const)
    .filter((part) => before.envelope[part] !== after.envelope[part])
    .map((part) => {
      const sentence = `the ${part} of a message was at ${shown(before.envelope[part])}, is at ${shown(after.envelope[part])}`;
      return { ...made(after, `envelope/${part}`, sentence, both), source: after.envelope.source };
    });
}

function made(channel: Channel, id: string, sentence: string, breaks: Breaks): Change {
  return { id, channel: channel.name, message: null, sentence, breaks, source: channel.source, gone: false };
}
