// Which client messages name something that the server made before. A contract has no word for it, and most servers pass any id
// on: one that minds is found out before the run, by the error for what does not exist, and is then told of what exists.
import type { Channel, ClientMessage, ServerMessage } from '../../scripts/model.ts';
import type { Connection } from './connection.ts';
import { toPointer, valueAt, withValueAt } from './pointer.ts';
import type { Schemas } from './schemas.ts';
import type { ServerKit } from './server-kit.ts';

export interface Reference {
  /** Where the client message names it. */
  readonly place: string;
  /** What it was made with, and where that says its id and, if so, its room. */
  readonly maker: Maker;
}

export interface Maker {
  readonly message: ServerMessage;
  /** Key of the client message that causes it. */
  readonly cause: string;
  readonly id: string;
  readonly room: string | null;
}

/** Of the messages of a run, by channel and key. */
export class References {
  readonly #known = new Map<string, Reference>();

  of(channel: Channel, key: string): Reference | null {
    return this.#known.get(`${channel.name} ${key}`) ?? null;
  }

  add(channel: Channel, key: string, reference: Reference): void {
    this.#known.set(`${channel.name} ${key}`, reference);
  }
}

/** The id of what was made last in that room, as one of the connections saw it; undefined where none did. */
export function idSeen({ maker }: Reference, connections: readonly Connection[], room: string | null): unknown {
  for (const connection of connections.toReversed()) {
    const made = connection.messages.findLast(({ key, value }) => {
      if (key !== maker.message.key) return false;
      return room === null || String(maker.room === null ? connection.room : valueAt(value, maker.room)) === room;
    });
    if (made !== undefined) return valueAt(made.value, maker.id);
  }
  return undefined;
}

/** What gets a new id and comes back to whoever caused it. */
function makerOf({ serverMessages }: Channel): Maker | null {
  for (const message of serverMessages) {
    if (message.delivery?.to !== 'room' && message.delivery?.to !== 'everyone') continue;
    for (const trigger of message.triggers) {
      const id = trigger.fields.find(({ source }) => source.from === 'new-id')?.target;
      if (trigger.on !== 'message' || id === undefined) continue;
      const room = trigger.fields.find(({ source }) => source.from === 'room')?.target ?? null;
      return { message, cause: trigger.message, id, room };
    }
  }
  return null;
}

/** What is passed on to others: a request may name what it likes, and is answered that there is none. */
function relayed({ clientMessages, serverMessages }: Channel, maker: Maker): readonly ClientMessage[] {
  return clientMessages.filter(
    ({ key, reply, requires }) =>
      key !== maker.cause &&
      reply === null &&
      !requires.some(({ condition }) => condition === 'role') &&
      serverMessages.some(
        ({ delivery, triggers }) =>
          delivery !== null &&
          delivery.to !== 'direct' &&
          triggers.some((trigger) => trigger.on === 'message' && trigger.message === key),
      ),
  );
}

/** Where another text fits. */
function placesFor(value: unknown, fits: (pointer: string) => boolean, at = ''): readonly string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const place = at + toPointer([name]);
    if (typeof inner === 'object') return placesFor(inner, fits, place);
    return fits(place) ? [place] : [];
  });
}

/** Sends each message that may name something once, and where the server knows of no such thing, the id of something that it made. */
export async function learnReferences(kit: ServerKit, references: References, schemas: Schemas): Promise<void> {
  const { channel } = kit;
  const maker = makerOf(channel);
  const notFound = channel.error?.codes.find(({ when }) => when === 'not-found')?.code;
  const messages = maker === null ? [] : relayed(channel, maker);
  if (maker === null || notFound === undefined || messages.length === 0) return;
  const { envelope, room } = channel;
  const reserved = [envelope.discriminator, envelope.id, envelope.timestamp, room?.selector];
  const member = await kit.joined();
  const isUnknown = async (key: string, options = {}) =>
    (await kit.errorFor(member, await kit.send(member, key, options)))?.code === notFound;
  for (const { key, schema } of messages) {
    if (!(await isUnknown(key))) continue;
    const from = member.messages.length;
    await kit.send(member, maker.cause);
    await member.until(() => member.messages.slice(from).some((one) => one.key === maker.message.key), kit.patienceMs);
    const id = idSeen({ place: '', maker }, [member], member.room);
    const { value } = kit.message(key);
    const fits = (place: string) => !reserved.includes(place) && schemas.accepts(schema, withValueAt(value, place, id));
    for (const place of placesFor(value, fits)) {
      if (await isUnknown(key, { with: { [place]: id } })) continue;
      references.add(channel, key, { place, maker });
      break;
    }
  }
}
