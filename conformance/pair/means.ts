// What a contract gives a pair to work with: which messages can be followed from end to end, and which faults it has a cure for.
import type { Channel, ClientAction, ClientMessage, DeliveryWord, ServerMessage } from '../../scripts/model.ts';
import { MessageBuilder } from '../harness/messages.ts';
import { valueAt } from '../harness/pointer.ts';
import type { Schemas } from '../harness/schemas.ts';

/** A client message whose effect everyone watching can recognise by a text of its own. */
export interface Followed {
  readonly message: ClientMessage;
  /** Keys of the server messages that it causes. */
  readonly effects: readonly string[];
  /** Where the message names the user that its effect is for. */
  readonly user: string | null;
}

export interface Means {
  /** The client under test may send these: the peer sees what comes of them. */
  readonly fromClient: readonly Followed[];
  /** The peer may send these: both see what comes of them. */
  readonly fromPeer: readonly Followed[];
  /** Requests that change nothing. */
  readonly requests: readonly ClientMessage[];
  /** The server's own code may send these: both see them. */
  readonly published: readonly ServerMessage[];
  /** Close codes of the server after which a client comes back. */
  readonly codes: readonly { readonly code: number; readonly client: ClientAction }[];
  /** Whether a client finds out by itself that a connection is half-open. */
  readonly noticesSilence: boolean;
  /** Keys of server messages that may be lost, doubled or swapped on the way: their number, or an id, is the cure. */
  readonly numbered: readonly string[];
  readonly identified: readonly string[];
  /** Keys of client messages that may come twice. */
  readonly repeatable: readonly string[];
}

const seenByAll: readonly DeliveryWord[] = ['room', 'everyone'];
const seenByOthers: readonly DeliveryWord[] = ['room', 'everyone', 'others', 'other-users'];

export function meansOf(channel: Channel, schemas: Schemas): Means {
  const builder = new MessageBuilder(channel, schemas);
  const follow = (words: readonly DeliveryWord[]) =>
    channel.clientMessages.flatMap((message): Followed[] => {
      if (!isPlain(channel, message) || builder.build(message, {}, null).markerPointer === null) return [];
      const caused = channel.serverMessages.filter((effect) => isFollowed(effect, message, words));
      if (caused.length === 0) return [];
      return [{ message, effects: caused.map(({ key }) => key), user: null }];
    });
  return {
    fromClient: follow(seenByOthers),
    fromPeer: follow(seenByAll),
    requests: channel.clientMessages.filter((message) => message.request !== null && changesNothing(channel, message)),
    published: channel.serverMessages.filter(
      ({ triggers, delivery }) =>
        triggers.some(({ on }) => on === 'server') &&
        (seenByAll.includes(delivery?.to ?? 'direct') || delivery?.to === 'user'),
    ),
    codes: channel.closeCodes.flatMap(({ code, client, sentBy }) =>
      typeof code === 'number' && client !== 'stop' && (sentBy === 'server' || sentBy === 'both')
        ? [{ code, client }]
        : [],
    ),
    noticesSilence: channel.heartbeats.some(({ initiator, kind }) => initiator === 'client' || kind === 'message'),
    numbered: channel.resync?.messages ?? [],
    identified: Object.keys(identityOf(channel)),
    repeatable: channel.clientMessages.flatMap(({ key, idempotent }) => (idempotent === null ? [] : [key])),
  };
}

/** Where the messages that have an identity carry it: by it an idempotent message's repeat names what the first one made. */
export function identityOf(channel: Channel): Readonly<Record<string, string>> {
  const rows = channel.clientMessages.flatMap(({ idempotent }) => {
    const place = idempotent?.echo == null ? undefined : idempotent.carries?.[0]?.from;
    return place === undefined ? [] : [[idempotent!.echo!.message, place] as const];
  });
  return Object.fromEntries(rows);
}

function isFollowed(effect: ServerMessage, message: ClientMessage, words: readonly DeliveryWord[]): boolean {
  return (
    words.includes(effect.delivery?.to ?? 'direct') &&
    effect.triggers.some(
      (trigger) =>
        trigger.on === 'message' &&
        trigger.message === message.key &&
        trigger.fields.some(({ source }) => source.from === 'message'),
    )
  );
}

function isPlain({ room, resync, heartbeats }: Channel, message: ClientMessage): boolean {
  const special = [room?.join?.message, room?.leave?.message, resync?.request.message];
  for (const { ping, pong } of heartbeats) special.push(ping ?? '', pong ?? '');
  return !special.includes(message.key) && message.requires.every(({ condition }) => condition !== 'role');
}

function changesNothing(channel: Channel, message: ClientMessage): boolean {
  const { room } = channel;
  if (!isPlain(channel, message) || message.key === room?.join?.message) return false;
  const causes = channel.serverMessages.filter(({ triggers }) =>
    triggers.some((trigger) => trigger.on === 'message' && trigger.message === message.key),
  );
  return causes.every(({ delivery }) => delivery?.to === 'direct');
}

/** The number of a sequenced message; null where the value is none. */
export function numberOf({ resync }: Channel, key: string | null, value: unknown): number | null {
  if (resync === null || key === null || !resync.messages.includes(key)) return null;
  const number = valueAt(value, resync.sequence);
  return typeof number === 'number' ? number : null;
}
