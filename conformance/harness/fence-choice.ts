// Which of the contract's messages can serve as a fence: a broadcast that each party gets, or a request with a direct answer.
import type { Channel, ClientMessage, ServerMessage } from '../../scripts/model.ts';

export interface BroadcastFence {
  readonly message: ClientMessage;
  readonly effect: ServerMessage;
  /** With delivery `user`: where the message names the addressed user; each connection then fences itself. */
  readonly user: string | null;
}

export interface RoundTripFence {
  readonly message: ClientMessage;
  /** Keys of the direct answers. */
  readonly answers: readonly string[];
  readonly needsMembership: boolean;
}

function isPlain(channel: Channel, message: ClientMessage): boolean {
  if (message.requires.some((requirement) => requirement.condition === 'role')) return false;
  const { room, resync } = channel;
  const special = [room?.join?.message, room?.leave?.message, resync?.request.message];
  return !special.includes(message.key);
}

/** The best broadcast: not sequenced, without reply, not idempotent, of level MUST, in this order. */
export function broadcastFence(
  channel: Channel,
  hasMarker: (message: ClientMessage) => boolean,
): BroadcastFence | null {
  const found: (BroadcastFence & { cost: number })[] = [];
  for (const message of channel.clientMessages) {
    if (!isPlain(channel, message) || !hasMarker(message)) continue;
    for (const effect of channel.serverMessages) {
      const trigger = effect.triggers.find((one) => one.on === 'message' && one.message === message.key);
      const to = effect.delivery?.to;
      if (trigger === undefined || trigger.on !== 'message') continue;
      if (to !== 'room' && to !== 'everyone' && !(to === 'user' && trigger.user !== null)) continue;
      if (!trigger.fields.some(({ source }) => source.from === 'message')) continue;
      const cost =
        (to === 'user' ? 16 : 0) +
        (channel.resync?.messages.includes(effect.key) ? 8 : 0) +
        (message.reply === null ? 0 : 4) +
        (message.idempotent === null ? 0 : 2) +
        (message.level === 'MUST' && effect.level === 'MUST' ? 0 : 1);
      found.push({ message, effect, user: to === 'user' ? trigger.user : null, cost });
    }
  }
  found.sort((left, right) => left.cost - right.cost);
  return found[0] ?? null;
}

/** Whether others get something of it too. */
function isLoud(channel: Channel, { key }: ClientMessage): boolean {
  return channel.serverMessages.some(
    ({ delivery, triggers }) =>
      delivery !== null &&
      delivery.to !== 'direct' &&
      triggers.some((trigger) => trigger.on === 'message' && trigger.message === key),
  );
}

/** Whether it uses up a number of the room's sequence: a case that counts them would count this one. */
function isNumbered({ resync, serverMessages }: Channel, { key }: ClientMessage): boolean {
  return serverMessages.some(
    (effect) =>
      resync?.messages.includes(effect.key) &&
      effect.triggers.some((trigger) => trigger.on === 'message' && trigger.message === key),
  );
}

/** Requests of which the answer is direct; a heartbeat's ping first, then those that need no membership. What others get of
 * it too must carry a marker, or it would be taken for what a case sent. */
export function roundTripFence(
  channel: Channel,
  hasMarker: (message: ClientMessage) => boolean,
): RoundTripFence | null {
  const found: (RoundTripFence & { cost: number })[] = [];
  for (const message of channel.clientMessages) {
    if (!isPlain(channel, message) || isNumbered(channel, message)) continue;
    const direct = channel.serverMessages.filter(
      (answer) =>
        answer.delivery?.to === 'direct' &&
        answer.key !== channel.error?.message &&
        (message.reply?.messages.includes(answer.key) ||
          answer.triggers.some((trigger) => trigger.on === 'message' && trigger.message === message.key)),
    );
    if (direct.length === 0 || (isLoud(channel, message) && !hasMarker(message))) continue;
    const needsMembership = message.requires.some((requirement) => requirement.condition === 'membership');
    const isPing = channel.heartbeats.some((beat) => beat.initiator === 'client' && beat.ping === message.key);
    const cost = (isPing ? 0 : 4) + (needsMembership ? 2 : 0) + (message.level === 'MUST' ? 0 : 1);
    found.push({ message, answers: direct.map((answer) => answer.key), needsMembership, cost });
  }
  found.sort((left, right) => left.cost - right.cost);
  return found[0] ?? null;
}
