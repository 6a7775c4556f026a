// Guesses who may send a message, and by what a repeat of it is recognised.
import type { Channel, ClientMessage, Contract, ErrorCondition, Pointer, ServerMessage } from '../../scripts/model.ts';
import type { Addition } from './additions.ts';
import { errorMessageOf, hasCondition } from './infer-error.ts';
import { commonPlaces, isNamed, type Place, placeNamed, placesOf } from './shape.ts';

const roleWords =
  'admin|administrator|moderator|owner|host|dm|dungeon master|gm|game master|organi[sz]er|teacher|operator|staff|referee|broker';
const onlyRole = new RegExp(
  `\\bonly (?:(?:for|by|the|an?|be|sent|used) )*(${roleWords})s?\\b|\\b(${roleWords})s?[ -]only\\b`,
  'i',
);
const onlyMembers =
  /\b(must|has to|have to|needs? to) (have )?(join|be in|be a member)|\bonly (for )?members\b|\bmembers only\b/i;

/** Keys of the operations by which clients send. An operation of several messages is left alone: its keys would hold for all. */
export function inferOperations(channel: Channel, contract: Contract): readonly Addition[] {
  const sharing = (message: ClientMessage) =>
    channel.clientMessages.filter(({ operation }) => operation === message.operation).length;
  return channel.clientMessages
    .filter((message) => sharing(message) === 1)
    .flatMap((message): Addition[] => {
      const at = { channel: channel.name, operation: message.operation };
      const requires = requirementsOf(message, channel);
      const idempotent = idempotentOf(message, channel, contract);
      return [
        ...(requires.length > 0
          ? [
              {
                ...at,
                key: 'x-ws-requires' as const,
                value: requires,
                decide: 'whether the server really refuses all others.',
              },
            ]
          : []),
        ...(idempotent !== null
          ? [
              {
                ...at,
                key: 'x-ws-idempotent' as const,
                value: idempotent,
                decide: 'whether the server recognises a repeat by this id, for how long (ms), and what answers it.',
              },
            ]
          : []),
      ];
    });
}

/** Error conditions that the keys of the operations name, and the error message needs codes for. */
export function conditionsNeeded(channel: Channel, contract: Contract): readonly ErrorCondition[] {
  return channel.clientMessages.flatMap((message) => [
    ...rolesAndMembership(message).map(({ error }) => error),
    ...(repeatOf(message, channel, contract) === null ? [] : (['id-reused'] as const)),
  ]);
}

interface Requirement {
  readonly condition: 'membership' | 'role';
  readonly role?: string;
  readonly error: 'not-joined' | 'forbidden';
}

function requirementsOf(message: ClientMessage, channel: Channel): readonly Requirement[] {
  return rolesAndMembership(message).filter(({ error }) => hasCondition(channel, error));
}

function rolesAndMembership({ title, summary, description }: ClientMessage): readonly Requirement[] {
  const text = [title, summary, description].join('. ').replace(/\s+/g, ' ');
  const [, before, after] = onlyRole.exec(text) ?? [];
  const role = (before ?? after)?.toLowerCase().replaceAll(' ', '-');
  return [
    ...(onlyMembers.test(text) ? [{ condition: 'membership', error: 'not-joined' } as const] : []),
    ...(role === undefined ? [] : [{ condition: 'role', role, error: 'forbidden' } as const]),
  ];
}

const idNames = [
  'idempotencykey',
  ...['clientmessageid', 'clientmsgid', 'clientid', 'clientref', 'tempid', 'localid', 'dedupid', 'nonce', 'requestid'],
];

interface Repeat {
  readonly property: Pointer;
  /** The message that tells its sender that it was taken, with the same id. */
  readonly answer: ServerMessage;
  /** What others hear of it, with the same id. */
  readonly echo: ServerMessage | undefined;
}

/** The id that a client gives a message, where the server gives it back. */
export function repeatOf(message: ClientMessage, channel: Channel, contract: Contract): Repeat | null {
  const { envelope, serverMessages } = channel;
  const isText = ({ type, pointer }: Place) => type === 'string' && pointer !== envelope.discriminator;
  const places = placesOf(message, contract).filter(isText);
  const id = placeNamed(places, ...idNames) ?? places.find(({ pointer }) => pointer === envelope.id);
  if (id === undefined || isNamed(message, 'ping', 'join', 'leave', 'typing')) return null;
  const returning = serverMessages.filter(
    (answer) =>
      answer.key !== errorMessageOf(channel)?.key &&
      commonPlaces(message, answer, contract, envelope.discriminator).some(([, source]) => source === id.pointer),
  );
  const answer =
    returning.find(({ key }) => message.reply?.messages.includes(key)) ??
    returning.find((other) => isNamed(other, 'ack', 'accepted', 'confirmed', 'received'));
  if (answer === undefined || !isNamed(answer, 'ack', 'accepted', 'confirmed', 'received')) return null;
  const echo = returning.find((other) => other !== answer && message.reply?.messages.includes(other.key) !== true);
  return { property: id.pointer, answer, echo };
}

function idempotentOf(message: ClientMessage, channel: Channel, contract: Contract): object | null {
  const repeat = repeatOf(message, channel, contract);
  if (repeat === null || !hasCondition(channel, 'id-reused')) return null;
  const { property, answer, echo } = repeat;
  return {
    property,
    scope: ['user'],
    windowMs: 600_000,
    answer: answer.key,
    ...(echo && { echo: { message: echo.key, property } }),
    conflict: 'id-reused',
  };
}
