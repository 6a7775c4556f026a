// Chooses from a contract, by the shape of its channels, what a load is made of: addresses, joining, and a message that
// goes to a room.
import { Ajv } from 'ajv';
import type { Channel, Contract, Message, ServerMessage, Trigger } from '../../scripts/model.ts';

/** A load in the words of one server: what a client asks for, and what it sends. */
export interface Load {
  /** Path and query of a client's request for an upgrade. */
  path(room: number, token: string): string;
  /** Sent when the connection is open. */
  hello(room: number): readonly string[];
  /** A message for the room, of which everyone in it gets one of `SIZE` bytes. */
  readonly say: string;
  /** The client's own heartbeat; null: it has none. */
  readonly ping: string | null;
}

/** A load of the contract, and the channel that serves it. */
export interface ContractLoad extends Load {
  readonly channel: string;
}

/** Bytes of a message as a member gets it. */
export const SIZE = 190;
// Of a message whose other fields take most of it.
const LEAST_TEXT = 40;

type Plain = { [key: string]: unknown };

const tokensOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));

const valueAt = (root: unknown, pointer: string): unknown =>
  tokensOf(pointer).reduce<unknown>((value, token) => (value as Plain | undefined)?.[token], root);

function withValue(root: unknown, pointer: string, value: unknown): unknown {
  const copy = structuredClone(root) as Plain;
  const tokens = tokensOf(pointer);
  let holder = copy;
  for (const token of tokens.slice(0, -1)) {
    holder[token] ??= {};
    holder = holder[token] as Plain;
  }
  holder[tokens.at(-1) ?? ''] = value;
  return copy;
}

const exampleOf = (message: Message): unknown => message.examples[0]?.payload;

type IsValid = (message: Message, value: unknown) => boolean;

/** Text that a client message carries and the server message repeats, stretched so that the latter has its size. */
function stretch(channel: Channel, message: ServerMessage, isValid: IsValid): string | null {
  if (channel.limits.rate !== null) return null;
  for (const trigger of message.triggers) {
    if (trigger.on !== 'message') continue;
    const cause = channel.clientMessages.find(({ key }) => key === trigger.message);
    const field = textField(trigger, cause);
    if (!cause || !field || cause.idempotent || cause.requires.some((one) => one.condition === 'role')) continue;
    const spoken = (length: number): number =>
      JSON.stringify(withValue(exampleOf(message), field.to, 'x'.repeat(length))).length;
    const length = Math.max(LEAST_TEXT, SIZE - spoken(0));
    const say = withValue(exampleOf(cause), field.from, 'x'.repeat(length));
    if (isValid(cause, say)) return JSON.stringify(say);
  }
  return null;
}

function textField(trigger: Trigger, cause: Message | undefined): { from: string; to: string } | null {
  for (const { target, source } of cause ? trigger.fields : []) {
    if (source.from !== 'message') continue;
    if (typeof valueAt(exampleOf(cause!), source.pointer) === 'string') return { from: source.pointer, to: target };
  }
  return null;
}

const roomName = (channel: Channel, room: number): string => {
  const schema = channel.parameters.find(({ name }) => name === channel.room?.parameter)?.schema;
  return schema?.type === 'integer' ? String(room + 1) : `room-${room + 1}`;
};

function loadOf(channel: Channel, say: string): ContractLoad {
  const { auth, room } = channel;
  const join = room?.joinOnOpen ? null : room?.join;
  const joining = channel.clientMessages.find(({ key }) => key === join?.message);
  const beat = channel.heartbeats.find(({ initiator, kind }) => initiator === 'client' && kind === 'message');
  const ping = channel.clientMessages.find(({ key }) => key === beat?.ping);
  return {
    channel: channel.name,
    path: (index, token) => {
      const address = channel.address.replace(/\{[^}]+\}/g, roomName(channel, index));
      return `${channel.pathname}${address}${auth?.parameter ? `?${auth.parameter}=${token}` : ''}`;
    },
    hello: (index) => {
      if (!joining) return [];
      const message = exampleOf(joining);
      return [JSON.stringify(join?.room ? withValue(message, join.room, roomName(channel, index)) : message)];
    },
    say,
    ping: ping ? JSON.stringify(exampleOf(ping)) : null,
  };
}

function choose(contract: Contract, fits: (channel: Channel, message: ServerMessage) => boolean): ContractLoad | null {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const isValid: IsValid = ({ schema }, value) => ajv.validate({ ...schema, definitions: contract.definitions }, value);
  for (const channel of contract.channels) {
    if (channel.parameters.length > 1 || channel.room?.scope !== 'room') continue;
    for (const message of channel.serverMessages) {
      if (message.delivery?.to !== 'room' || !fits(channel, message)) continue;
      const say = stretch(channel, message, isValid);
      if (say !== null) return loadOf(channel, say);
    }
  }
  return null;
}

const missing = (what: string): Error => new Error(`The contract has no channel ${what}.`);

/** Of a channel with rooms: a message to a room that is numbered and kept. */
export function sequencedLoad(contract: Contract): ContractLoad {
  const load = choose(contract, ({ resync }, { key }) => resync?.messages.includes(key) ?? false);
  if (!load) throw missing('with a numbered message from one client to its room, without a rate');
  return load;
}

/** Of a channel with rooms: presence by user, rooms that end, and heartbeats of both sides. */
export function roomsLoad(contract: Contract): ContractLoad {
  const load = choose(contract, ({ room, heartbeats }) => {
    const beats = (side: string, kind: string) =>
      heartbeats.some(({ initiator, kind: own }) => initiator === side && own === kind);
    const isKind = room?.presence?.per === 'user' && room.life === 'while-joined' && room.joinOnOpen;
    return isKind && beats('server', 'frame') && beats('client', 'message');
  });
  if (!load) throw missing('with rooms, presence and heartbeats, and a message to a room without a rate');
  return load;
}

/** What the peers' clients send: the same sizes in the words of programs that have no contract. */
export function peerLoad(wrap: (type: string, fields: object) => string, path: string): Load {
  const said = { type: 'said', senderId: '107', text: '', timestamp: '2025-03-01T12:00:02.000Z', seq: 400 };
  const text = 'x'.repeat(SIZE - JSON.stringify(said).length);
  return {
    path: (room) => `${path}room=room-${room + 1}`,
    // As much as a join is: one message, and an answer.
    hello: () => [wrap('ping', {})],
    say: wrap('say', { text }),
    ping: wrap('ping', {}),
  };
}
