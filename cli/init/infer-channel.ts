// Guesses the keys of a channel from what its document says already.
import type { Channel, Contract } from '../../scripts/model.ts';
import type { Addition } from './additions.ts';
import { inferError } from './infer-error.ts';
import { greetingOf, heartbeatPairs, isForAll } from './infer-messages.ts';
import { conditionsNeeded } from './infer-operations.ts';
import { inferPresence } from './infer-presence.ts';
import { inferResync } from './infer-resync.ts';
import { isNamed, placeNamed, placesOf, split } from './shape.ts';

const roomWords =
  /^(room|session|game|match|lobby|document|doc|board|table|group|conversation|thread|team|project|topic|channel|symbol)/;
const personWords = /^(user|device|client|player|member|token|account)/;

/** Every key, also those that the channel has: whoever writes them leaves those out. `bold`: also what names alone suggest. */
export function inferChannel(channel: Channel, contract: Contract, bold: boolean): readonly Addition[] {
  const add = (key: Addition['key'], value: unknown, decide?: string): Addition => ({
    channel: channel.name,
    key,
    value,
    ...(decide !== undefined && { decide }),
  });
  const envelope = envelopeOf(channel, contract);
  const error = inferError(channel, contract, bold ? conditionsNeeded(channel, contract) : []);
  const room = roomOf(channel, contract);
  const presence = bold && room.scope === 'room' ? inferPresence(channel, contract) : null;
  const resync = bold
    ? inferResync(channel, contract, channel.room?.scope ?? room.scope, (message) =>
        isForAll(message, channel, contract),
      )
    : null;
  const hasToken = channel.auth?.scheme != null;
  return [
    ...(envelope === null ? [] : [add('x-ws-envelope', envelope)]),
    ...(error === null ? [] : [add('x-ws-error', error, 'the codes, and when the server sends each.')]),
    add('x-ws-auth', authOf(channel, contract), authDecision(channel)),
    add(
      'x-ws-close-codes',
      closeCodes(hasToken),
      'which further codes the server closes with, and what a client then does.',
    ),
    add('x-ws-heartbeat', heartbeats(channel, contract), 'who pings, how often, and how long an answer may take.'),
    add(
      'x-ws-reconnect',
      { initialMs: 1000, multiplier: 2, maxMs: 30_000, jitter: 0.5, stableMs: 10_000 },
      'how patiently a client comes back.',
    ),
    add(
      'x-ws-queue',
      { messages: 100, maxAgeMs: 60_000, overflow: 'drop-oldest' },
      'what a client keeps while it is not connected.',
    ),
    add(
      'x-ws-room',
      { ...room, ...(presence !== null && { presence }) },
      `who hears whom: whether there are rooms, and how one enters.${presence === null ? '' : ' And of whom presence tells: of users (a second tab is none), or of connections.'}`,
    ),
    ...(resync === null
      ? []
      : [add('x-ws-resync', resync, 'which messages are numbered, how many are kept, and what a client asks with.')]),
    add(
      'x-ws-limits',
      { message: { bytes: 65_536, close: 1009 }, shutdown: { close: 1012, withinMs: 10_000 } },
      'what is too much.',
    ),
  ];
}

function envelopeOf({ envelope, clientMessages, serverMessages }: Channel, contract: Contract): object | null {
  const { discriminator, id } = envelope;
  if (discriminator === null) return null;
  const all = [...clientMessages, ...serverMessages].map((message) => placesOf(message, contract));
  // A payload of its own: beside it there is nothing but what the envelope names.
  const beside = new Set([discriminator, id, '/timestamp', '/ts', '/seq', '/id']);
  const payload = ['data', 'payload', 'body', 'params'].find(
    (name) =>
      all.every((places) =>
        places.every(({ pointer, type }) =>
          pointer === `/${name}` ? type === 'object' : pointer.startsWith(`/${name}/`) || beside.has(pointer),
        ),
      ) && all.some((places) => places.some(({ pointer }) => pointer === `/${name}`)),
  );
  return { discriminator, ...(payload !== undefined && { payload: `/${payload}` }), ...(id !== null && { id }) };
}

function authOf(channel: Channel, contract: Contract): object {
  const { auth } = channel;
  const greeting = greetingOf(channel);
  const ready = greeting === null ? [{ on: 'open', afterMs: 1000 }] : [{ on: 'message', message: greeting.key }];
  const unknownPath = { when: 'unknown-path', status: 404 };
  if (auth?.scheme == null) return { answers: [unknownPath], ready };
  const isJwt =
    auth.format === 'jwt' || split(`${auth.scheme} ${auth.parameter} ${contract.description}`).includes('jwt');
  const refused = ['missing', 'invalid', 'expired'].map((when) => ({ when, close: 4001 }));
  return {
    scheme: auth.scheme,
    ...(isJwt && {
      format: 'jwt',
      algorithms: ['HS256'],
      claims: [
        { name: 'sub', required: true },
        { name: 'exp', required: true },
      ],
    }),
    answers: [...refused, unknownPath],
    ready,
  };
}

function authDecision({ auth }: Channel): string {
  return auth?.scheme == null
    ? 'whether a token is needed (then a security scheme and `scheme`), and when a client is ready.'
    : 'how a refusal looks: `status` before accepting, which no browser sees, or `close` after it. And what a token is: jwt or opaque.';
}

function closeCodes(hasToken: boolean): readonly object[] {
  const rows: readonly (readonly [
    code: number | 'other',
    name: string,
    sentBy: string,
    when: string,
    client: string,
  ])[] = [
    [1000, 'normal', 'both', 'normal', 'stop'],
    [1001, 'going-away', 'both', 'going-away', 'retry'],
    [1009, 'message-too-big', 'server', 'size', 'stop'],
    [1011, 'internal-error', 'server', 'error', 'retry'],
    [1012, 'service-restart', 'server', 'shutdown', 'slow'],
    ...(hasToken ? [[4001, 'token-refused', 'server', 'auth', 'refresh-token'] as const] : []),
    ['other', 'other', 'both', 'error', 'retry'],
  ];
  return rows.map(([code, name, sentBy, when, client]) => ({ code, name, sentBy, when: [when], client }));
}

function heartbeats(channel: Channel, contract: Contract): readonly object[] {
  const times = { intervalMs: 30_000, timeoutMs: 10_000, satisfiedBy: 'any-message' };
  const pairs = heartbeatPairs(channel, contract).map(({ initiator, ping, pong, echo }) => ({
    initiator,
    message: ping,
    reply: pong,
    ...times,
    ...(echo.length > 0 && { echo }),
  }));
  return pairs.length > 0 ? pairs : [{ initiator: 'server', frame: 'ping', intervalMs: 30_000, timeoutMs: 10_000 }];
}

interface RoomGuess {
  readonly scope: 'room' | 'channel';
  readonly [key: string]: unknown;
}

function roomOf(channel: Channel, contract: Contract): RoomGuess {
  const names = channel.parameters.map(({ name }) => name);
  const isRoom = (name: string) => split(name).some((word) => roomWords.test(word));
  const isPerson = (name: string) => split(name).some((word) => personWords.test(word));
  const parameter = names.find(isRoom) ?? (names.length === 1 ? names.find((name) => !isPerson(name)) : undefined);
  if (parameter === undefined) return { scope: 'channel' };
  const join = channel.clientMessages.find((message) => isNamed(message, 'join', 'enter'));
  const leave = channel.clientMessages.find((message) => isNamed(message, 'leave', 'exit'));
  if (join === undefined) return { scope: 'room', parameter, joinOnOpen: true };
  const room = (message: typeof join) => placeNamed(placesOf(message, contract), split(parameter).join(''))?.pointer;
  const row = (message: typeof join) => ({
    message: message.key,
    ...(room(message) !== undefined && { room: room(message) }),
  });
  return {
    scope: 'room',
    parameter,
    joinOnOpen: false,
    join: { ...row(join), onlyAddress: true },
    ...(leave && { leave: row(leave) }),
  };
}
