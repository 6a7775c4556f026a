// Messages that can be told apart wherever they arrive: what a case says into a room to see who hears it, and in which order.
import type { Channel, ClientMessage, Contract, ServerMessage } from '../../../scripts/model.ts';
import type { Connection, Received } from '../../harness/connection.ts';
import { type Built, MessageBuilder } from '../../harness/messages.ts';
import { Schemas } from '../../harness/schemas.ts';
import type { Kit } from '../../kit.ts';
import { pace } from '../validation/scene.ts';

export interface Speech {
  readonly message: ClientMessage;
  readonly effect: ServerMessage;
}

const known = new WeakMap<Channel, readonly Speech[]>();

/** Messages without a role whose effect, with a text of theirs in it, reaches everyone who is there. MUST before SHOULD. */
export function speeches(contract: Contract, channel: Channel): readonly Speech[] {
  const found = known.get(channel) ?? find(contract, channel);
  known.set(channel, found);
  return found;
}

function find(contract: Contract, channel: Channel): readonly Speech[] {
  const builder = new MessageBuilder(channel, new Schemas(contract));
  const special = [channel.room?.join?.message, channel.room?.leave?.message, channel.resync?.request.message];
  const found = channel.clientMessages.flatMap((message) => {
    if (special.includes(message.key) || message.requires.some(({ condition }) => condition === 'role')) return [];
    const effect = channel.serverMessages.find(
      ({ delivery, triggers }) =>
        (delivery?.to === 'room' || delivery?.to === 'everyone') &&
        triggers.some(
          (one) =>
            one.on === 'message' &&
            one.message === message.key &&
            one.fields.some(({ source }) => source.from === 'message'),
        ),
    );
    const isTold = effect !== undefined && isCopied(effect, message, builder.build(message, {}, null).markerPointer);
    return isTold ? [{ message, effect }] : [];
  });
  const rank = ({ message, effect }: Speech) => Number(message.level === 'SHOULD' || effect.level === 'SHOULD');
  return found.sort((left, right) => rank(left) - rank(right));
}

function isCopied({ triggers }: ServerMessage, { key }: ClientMessage, marked: string | null): boolean {
  return triggers.some(
    (one) =>
      one.on === 'message' &&
      one.message === key &&
      one.fields.some(({ source }) => source.from === 'message' && marked?.startsWith(source.pointer)),
  );
}

/** Says one of them; the marker tells it apart. */
export async function say(kit: Kit, connection: Connection, speech: Speech): Promise<Built> {
  await pace(kit, 2);
  return await kit.send(connection, speech.message.key);
}

/** Markers of what was said, as a connection heard them, in order. */
export function heard(connection: Connection, from: number, said: readonly Built[]): readonly string[] {
  const markers = said.flatMap(({ marker }) => (marker === null ? [] : [marker]));
  return connection.messages
    .slice(from)
    .filter((message: Received) => !message.fence)
    .flatMap(({ text }) => markers.filter((marker) => text.includes(marker)).slice(0, 1));
}
