// Which channel of the contract the clients are measured with, what its server says there, and the message that they all carry.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { camelCase, channelFolder, channelPrefix } from '../../scripts/emit/names.ts';
import type { Channel, Contract, Message, Pointer } from '../../scripts/model.ts';
import { root } from '../measure.ts';

/** What the programs know of the channel: plain data, printed into them. */
export interface MeasuredChannel {
  /** Before `Client` and `Table` in the names of its generated module. */
  readonly name: string;
  readonly pathname: string;
  readonly parameters: { readonly [name: string]: string };
  /** Members from the root of a message to its discriminator, and to its number. */
  readonly discriminator: readonly string[];
  readonly sequence: readonly string[];
  /** The message that is carried, and its type. */
  readonly type: string;
  readonly message: object;
  /** What the server answers, by the type of what the client sends; snapshots carry the number 0. */
  readonly answers: { readonly [type: string]: readonly object[] };
}

/** Some 80 bytes, so that a message is as long as one of an application. */
const padding = 'what was said, '.repeat(5);

const path = (pointer: Pointer): string[] => pointer.split('/').slice(1);

/** The first channel with sequenced messages and a snapshot: there a client has most to do. */
export function measuredChannel(): { readonly module: string; readonly data: MeasuredChannel } {
  const contract = JSON.parse(readFileSync(join(root, 'generated/model.json'), 'utf8')) as Contract;
  for (const channel of contract.channels) {
    const { resync, room, envelope } = channel;
    if (!resync?.snapshot || !room?.join || envelope.discriminator === null) continue;
    const discriminator = path(envelope.discriminator);
    const sequence = path(resync.sequence);
    const carried = serverMessage(channel, resync.messages[0]);
    const snapshot = serverMessage(channel, resync.snapshot.message);
    const answers: { [type: string]: object[] } = {};
    const answer = (key: string, reply: object): void => {
      const type = channel.clientMessages.find((message) => message.key === key)?.type ?? key;
      answers[type] = [reply];
    };
    answer(room.join.message, put(example(snapshot), path(resync.snapshot.sequence), 0));
    for (const { initiator, ping, pong } of channel.heartbeats)
      if (initiator === 'client' && ping !== null && pong !== null) answer(ping, example(serverMessage(channel, pong)));
    const isOpen = carried.schema.additionalProperties !== false;
    return {
      module: join(root, 'generated', channelFolder(contract, channel), 'client.ts'),
      data: {
        name: camelCase(channelPrefix(contract, channel)),
        pathname: channel.pathname,
        parameters: Object.fromEntries(channel.parameters.map(({ name }) => [name, '1'])),
        discriminator,
        sequence,
        type: carried.type,
        message: { ...example(carried), ...(isOpen && { padding }) },
        answers,
      },
    };
  }
  throw new Error('No channel of the contract has sequenced messages, a snapshot and a join to measure clients with.');
}

function serverMessage(channel: Channel, key: string | undefined): Message {
  const message = channel.serverMessages.find((one) => one.key === key);
  if (message === undefined) throw new Error(`The channel ${channel.name} has no message ${key}.`);
  return message;
}

function example(message: Message): object {
  const payload = message.examples[0]?.payload;
  if (typeof payload !== 'object' || payload === null) throw new Error(`The message ${message.key} lacks an example.`);
  return payload;
}

function put(message: object, [name = '', ...rest]: readonly string[], value: unknown): object {
  const inner = (message as { readonly [name: string]: unknown })[name];
  return { ...message, [name]: rest.length > 0 ? put(inner as object, rest, value) : value };
}
