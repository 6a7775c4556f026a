// Reads a control request and says what is wrong with it, before anything is done.

import { writeAt } from './pointer.ts';
import type { Audience } from './publisher.ts';
import { typeOf } from './publisher.ts';
import type { ContractServer } from './server.ts';
import type { ChannelContract } from './table.ts';

/** A control request that is not carried out, with a sentence for its sender. */
export class RequestError extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.name = 'RequestError';
    this.status = status;
  }
}

type Channels = Pick<ContractServer, 'channel'>;

interface Filter {
  readonly channel?: string;
  readonly user?: string;
  readonly room?: string;
}

export type ControlOrder =
  | { readonly hook: 'publish'; readonly channel: string; readonly message: unknown; readonly audience: Audience }
  | { readonly hook: 'drop'; readonly filter: Filter }
  | { readonly hook: 'expire-token'; readonly filter: Filter & { readonly user: string } }
  | { readonly hook: 'restart' };

type Body = { readonly [name: string]: unknown };

const bad = (text: string): RequestError => new RequestError(400, text);

const parseBody = (text: string): Body => {
  let value: unknown;
  try {
    value = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    throw bad('The body is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad('The body is not a JSON object.');
  return value as Body;
};

const textOf = (body: Body, name: string): string | undefined => {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') throw bad(`"${name}" is not a string.`);
  return value;
};

const contractOf = (server: Channels, body: Body): ChannelContract => {
  const name = textOf(body, 'channel');
  if (name === undefined) throw bad('"channel" is missing: the key of a channel in the contract.');
  const hub = server.channel(name);
  if (!hub) throw bad(`There is no channel "${name}".`);
  return hub.contract;
};

/** The whole message: given as it is, or by key or type with a payload. */
const messageOf = ({ table }: ChannelContract, body: Body): unknown => {
  const { message, payload } = body;
  if (message === undefined) throw bad('"message" is missing: the message itself, or its key or type with "payload".');
  if (typeof message !== 'string') return message;
  const found = Object.entries(table.server).find(([type, row]) => type === message || row.key === message);
  if (!found) throw bad(`Channel "${table.name}" has no server message "${message}".`);
  const whole = payload ?? found[1].template;
  return table.envelope.discriminator === null ? whole : writeAt(whole, table.envelope.discriminator, found[0]);
};

const judge = ({ table, validators }: ChannelContract, type: string, message: unknown): void => {
  const { resync } = table;
  let judged = message;
  // What the server will add is judged as if it were there.
  if (resync?.messages.includes(type)) {
    judged = writeAt(judged, resync.sequence, 1);
    if (resync.timestamp !== null) judged = writeAt(judged, resync.timestamp, '2000-01-01T00:00:00.000Z');
  }
  const issue = validators.server[type]?.(judged).issues?.[0];
  if (issue) throw bad(`"message" breaks its schema at "${issue.pointer}": ${issue.message}.`);
};

const audienceOf = (type: string, { table }: ChannelContract, body: Body): Audience => {
  const word = table.server[type]!.delivery;
  if (word === 'direct') {
    throw new RequestError(501, `"${type}" is direct: it only answers a connection, nobody can publish it.`);
  }
  if (word === 'everyone') return { to: word };
  if (word === 'user') {
    const { users } = body;
    if (!Array.isArray(users) || users.some((user) => typeof user !== 'string' && typeof user !== 'number')) {
      throw bad(`"users" is missing: "${type}" goes to users, by a list of ids.`);
    }
    return { to: word, users: users.map(String) };
  }
  const room = textOf(body, 'room') ?? (table.room?.scope === 'room' ? undefined : '');
  if (room === undefined) throw bad(`"room" is missing: "${type}" goes to a room.`);
  // Published from outside, it has no causing connection that could be left out.
  return word === 'room' ? { to: word, room } : { to: word, room, cause: { connection: '', user: '' } };
};

const publish = (server: Channels, body: Body): ControlOrder => {
  const contract = contractOf(server, body);
  const message = messageOf(contract, body);
  const type = typeOf(contract.table, message);
  if (!Object.hasOwn(contract.table.server, type)) {
    throw bad(
      `"message" is no server message of channel "${contract.table.name}": its type is ${JSON.stringify(type)}.`,
    );
  }
  const audience = audienceOf(type, contract, body);
  judge(contract, type, message);
  return { hook: 'publish', channel: contract.table.name, message, audience };
};

const filterOf = (server: Channels, body: Body): Filter => {
  const channel = body.channel === undefined ? undefined : contractOf(server, body).table.name;
  const user = body.all === true ? undefined : textOf(body, 'user');
  const room = textOf(body, 'room');
  return {
    ...(channel !== undefined && { channel }),
    ...(user !== undefined && { user }),
    ...(room !== undefined && { room }),
  };
};

const hooks: readonly string[] = ['publish', 'drop', 'expire-token', 'restart'];

/** What is asked for, by the path or by `hook` in the body. Throws a {@link RequestError}. */
export const readOrder = (server: Channels, method: string | undefined, path: string, text: string): ControlOrder => {
  if (path !== '/' && !hooks.includes(path.slice(1))) {
    throw new RequestError(404, `There is no ${path}. There are ${hooks.map((hook) => `/${hook}`).join(', ')}.`);
  }
  if (method !== 'POST') throw new RequestError(405, `${path} takes POST.`);
  const body = parseBody(text);
  const hook = path === '/' ? textOf(body, 'hook') : path.slice(1);
  if (hook === undefined || !hooks.includes(hook)) throw bad(`"hook" is none of ${hooks.join(', ')}.`);
  if (hook === 'publish') return publish(server, body);
  if (hook === 'restart') return { hook };
  const filter = filterOf(server, body);
  if (hook === 'drop') return { hook, filter };
  if (filter.user === undefined) throw bad('"user" is missing: the id of the user whose token expires.');
  return { hook: 'expire-token', filter: { ...filter, user: filter.user } };
};
