// Guesses who receives each server message, and what causes it.
import type { Channel, ClientMessage, Contract, Echo, ServerMessage } from '../../scripts/model.ts';
import { pointerTokens } from '../../scripts/parse/pointer.ts';
import { isRequiredAt } from '../../scripts/parse/schema-place.ts';
import type { Addition } from './additions.ts';
import { errorMessageOf } from './infer-error.ts';
import { repeatOf } from './infer-operations.ts';
import { type InferredPresence, inferPresence } from './infer-presence.ts';
import { commonPlaces, isNamed, placesOf, split, wordsOf } from './shape.ts';

/** The message that every connection gets first. */
export function greetingOf({ serverMessages }: Channel): ServerMessage | null {
  return (
    serverMessages.find((message) => isNamed(message, 'hello', 'welcome', 'connected', 'ready', 'greeting')) ?? null
  );
}

interface Pair {
  readonly initiator: 'client' | 'server';
  readonly ping: string;
  readonly pong: string;
  readonly echo: readonly Echo[];
}

/** Messages called ping and pong (or heartbeat and its acknowledgement), by the side that begins. */
export function heartbeatPairs(channel: Channel, contract: Contract): readonly Pair[] {
  const { clientMessages, serverMessages, envelope } = channel;
  const ask = clientMessages.find((message) => isPing(message));
  const answer = serverMessages.find((message) => isNamed(message, 'pong'));
  const probe = serverMessages.find((message) => isPing(message));
  const reaction = clientMessages.find((message) => isNamed(message, 'pong'));
  const pairs: Pair[] = [];
  if (ask !== undefined && answer !== undefined) {
    const echo = commonPlaces(ask, answer, contract, envelope.discriminator).map(([to, from]) => ({ from, to }));
    pairs.push({ initiator: 'client', ping: ask.key, pong: answer.key, echo });
  }
  if (probe !== undefined && reaction !== undefined)
    pairs.push({ initiator: 'server', ping: probe.key, pong: reaction.key, echo: [] });
  return pairs;
}

const isPing = (message: ClientMessage | ServerMessage): boolean => wordsOf(message).includes('ping');

/** The discriminator among the required properties of every message: without it, a message could not be told apart. */
export function inferRequired(channel: Channel, { definitions }: Contract): readonly Addition[] {
  const { clientMessages, serverMessages, envelope } = channel;
  const { discriminator } = envelope;
  const [name, ...deeper] = discriminator === null ? [] : pointerTokens(discriminator);
  if (discriminator === null || name === undefined || deeper.length > 0) return [];
  return [...clientMessages, ...serverMessages]
    .filter(({ schema }) => !isRequiredAt(schema, discriminator, definitions))
    .map(({ key }) => ({ channel: channel.name, message: key, key: 'required', value: [name] }));
}

const hasToJoin = ({ clientMessages, parameters }: Channel): boolean =>
  clientMessages.some((message) => isNamed(message, 'join', 'enter')) && parameters.length > 0;

/** Whether everybody in the room, or on the channel, gets the message. */
export function isForAll(message: ServerMessage, channel: Channel, contract: Contract): boolean {
  const to = message.delivery?.to ?? causeOf(message, channel, contract).to;
  return to === 'room' || to === 'everyone';
}

/** Delivery and trigger of every server message. */
export function inferMessages(channel: Channel, contract: Contract): readonly Addition[] {
  return channel.serverMessages.flatMap((message): Addition[] => {
    const { to, triggers, isSure } = causeOf(message, channel, contract);
    const at = { channel: channel.name, message: message.key };
    return [
      {
        ...at,
        key: 'x-ws-delivery',
        value: { to },
        ...(!isSure && {
          decide: 'who receives it (direct, room, others, other-users, user, everyone), and what causes it.',
        }),
      },
      ...(triggers.length === 0 ? [] : [{ ...at, key: 'x-ws-trigger' as const, value: triggers }]),
    ];
  });
}

interface Cause {
  readonly to: string;
  readonly triggers: readonly object[];
  /** Whether the document says so; otherwise it is a guess by names. */
  readonly isSure: boolean;
}

function causeOf(message: ServerMessage, channel: Channel, contract: Contract): Cause {
  const { clientMessages, envelope } = channel;
  const isError = errorMessageOf(channel)?.key === message.key;
  if (isError) return { to: 'direct', triggers: [], isSure: true };
  const copies = (from: ClientMessage): object => {
    const common = commonPlaces(from, message, contract, envelope.discriminator);
    const copied = common.map(([target, source]): [string, string] => [target, `$message.payload#${source}`]);
    const taken = new Set(copied.map(([target]) => target));
    const fields = [...copied, ...ownFields(message, contract).filter(([target]) => !taken.has(target))];
    return { on: 'message', message: from.key, ...(fields.length > 0 && { fields: Object.fromEntries(fields) }) };
  };
  const asked = clientMessages.find(({ reply }) => reply?.messages.includes(message.key));
  if (asked !== undefined) return { to: 'direct', triggers: [copies(asked)], isSure: true };
  const pair = heartbeatPairs(channel, contract).find(({ ping, pong }) => ping === message.key || pong === message.key);
  if (pair?.initiator === 'server') return { to: 'direct', triggers: [{ on: 'timer' }], isSure: true };
  const pinged = clientMessages.find(({ key }) => key === pair?.ping);
  if (pinged !== undefined) return { to: 'direct', triggers: [copies(pinged)], isSure: true };
  if (greetingOf(channel)?.key === message.key) return { to: 'direct', triggers: [{ on: 'open' }], isSure: false };
  const acked = clientMessages.find((from) => repeatOf(from, channel, contract)?.answer === message);
  if (acked !== undefined) return { to: 'direct', triggers: [copies(acked)], isSure: false };
  const presence = inferPresence(channel, contract);
  const told = (['joined', 'left'] as const).filter((end) => presence?.[end].message === message.key);
  if (presence !== null && told.length > 0) {
    const triggers = told.map((end) => presenceTrigger(presence, end, message, contract));
    return { to: 'other-users', triggers, isSure: false };
  }
  if (isNamed(message, 'joined', 'online', 'left', 'offline')) {
    const on = isNamed(message, 'joined', 'online') ? 'join' : 'leave';
    return { to: 'other-users', triggers: [{ on }], isSure: false };
  }
  if (isNamed(message, 'state', 'snapshot', 'init'))
    return { to: 'direct', triggers: [{ on: hasToJoin(channel) ? 'join' : 'open' }], isSure: false };
  const echoed = clientMessages.find((from) => repeatOf(from, channel, contract)?.echo === message);
  const relayed = echoed ?? clientMessages.find((from) => isRelay(from, message));
  if (relayed !== undefined) {
    const isFleeting = isNamed(message, 'typing', 'cursor', 'presence');
    return { to: isFleeting ? 'others' : 'room', triggers: [copies(relayed)], isSure: false };
  }
  return { to: 'room', triggers: [{ on: 'server' }], isSure: false };
}

function presenceTrigger(
  { user, ...ends }: InferredPresence,
  end: 'joined' | 'left',
  message: ServerMessage,
  contract: Contract,
): object {
  const fields = Object.fromEntries([
    ...ownFields(message, contract),
    ...(user === undefined ? [] : [[user, '$user.id']]),
    ...(ends[end].match ?? []).map(({ pointer, value }) => [pointer, { value }]),
  ]);
  return { on: end === 'joined' ? 'join' : 'leave', ...(Object.keys(fields).length > 0 && { fields }) };
}

/** What the server writes by itself: who, and when. */
function ownFields(message: ServerMessage, contract: Contract): readonly (readonly [target: string, source: string])[] {
  return placesOf(message, contract).flatMap(
    ({ pointer, name, type, format, isFree }): (readonly [string, string])[] => {
      if (type !== 'string') return [];
      if (format === 'date-time') return [[pointer, '$now']];
      const isUser = /^(user|sender|author|from)(id)?$/.test(split(name).join(''));
      return isUser && isFree ? [[pointer, '$user.id']] : [];
    },
  );
}

/** Whether the server passes on what a client said: one name for both, or a participle (`apply`, `applied`). */
function isRelay(from: ClientMessage, to: ServerMessage): boolean {
  const stem = (word: string) => word.replace(/(ied|ed|y|e|s)$/, '');
  const [said, heard] = [split(from.type), split(to.type)].map((words) => words.map(stem));
  return said !== undefined && heard !== undefined && said.every((word) => heard.includes(word));
}
