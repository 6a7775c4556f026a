// Decides the names in generated code: of folders, types and values.
import type { Channel, Contract, Message } from '../model.ts';
import { referenceOf } from './schema.ts';

/** Names of types that generated files use or that a reader would take for the language's own. */
const RESERVED = new Set(
  (
    'Array ArrayBuffer BigInt Blob Boolean Buffer Channel Close CloseEvent Client Console Crypto DataView Date Delivery Document ' +
    'Element Error Event EventTarget File Function Headers History Infinity Intl Iterator JSON Location Map Math Message ' +
    'MessageEvent NaN Navigator Node Notification Number Object Omit Partial Performance Pick Plugin Process Promise ' +
    'Proxy Range Readonly Record Reflect RegExp Request Required Response Selection Server Set Storage String Symbol Text ' +
    'URL WeakMap WeakRef WeakSet WebSocket Window Worker any bigint boolean never null number object string symbol ' +
    'undefined unknown void'
  ).split(' '),
);

/** `room_joined`, `ROOM-JOINED` and `roomJoined` as words. */
function words(name: string): string[] {
  const spaced = name
    .replace(/(?:[^\p{ID_Continue}]|_)+/gu, ' ')
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .trim();
  return spaced === '' ? ['unnamed'] : spaced.split(' ');
}

/** `RoomJoined`. Starts with a letter or an underscore. */
export function pascalCase(name: string): string {
  const joined = words(name)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase())
    .join('');
  return /^\p{ID_Start}/u.test(joined) ? joined : `_${joined}`;
}

/** `roomJoined`. */
export function camelCase(name: string): string {
  const pascal = pascalCase(name);
  return pascal.slice(0, 1).toLowerCase() + pascal.slice(1);
}

/** `room-joined`. Holds no dot and no slash. */
export function kebabCase(name: string): string {
  return words(name)
    .map((word) => word.toLowerCase())
    .join('-');
}

/** The folder of a channel below the output folder; unique in the contract. */
export function channelFolder(contract: Contract, channel: Channel): string {
  return `channels/${uniqueNames(contract.channels, ({ name }) => kebabCase(name), '-').get(channel) ?? ''}`;
}

/** What the names of a channel's types start with: `Arena` of `ArenaChannel`; unique in the contract. */
export function channelPrefix(contract: Contract, channel: Channel): string {
  return uniqueNames(contract.channels, ({ name }) => pascalCase(name), '').get(channel) ?? '';
}

/** A name for each item: the first to ask gets it as it is, the others with a number. */
export function uniqueNames<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  separator: string,
  taken: ReadonlySet<string> = new Set(),
): Map<T, string> {
  const used = new Set(taken);
  const names = new Map<T, string>();
  for (const item of items) {
    const wanted = nameOf(item);
    let name = wanted;
    for (let n = 2; used.has(name); n++) name = `${wanted}${separator}${n}`;
    used.add(name);
    names.set(item, name);
  }
  return names;
}

/** Whether a type of this name would shadow a global or one of the channel's own. */
export function isReserved(name: string): boolean {
  return RESERVED.has(name);
}

/** The names of all types of a channel. */
export interface TypeNames {
  readonly messages: ReadonlyMap<Message, string>;
  /** By name of the definition. */
  readonly definitions: ReadonlyMap<string, string>;
}

/** Names messages first, as the contract names them, then the definitions that the channel uses. */
export function typeNames(prefix: string, channel: Channel, definitions: readonly string[]): TypeNames {
  const own = ['Channel', 'Parameters', 'Query', 'ClientMap', 'ServerMap', 'ClientMessage', 'ServerMessage'];
  const more = ['ClientType', 'ServerType', 'CloseCode', 'Client', 'Server', 'Handlers', 'Options'];
  const taken = new Set([...own, ...more].map((name) => prefix + name));
  const messages = uniqueNames(
    [...channel.clientMessages, ...channel.serverMessages],
    ({ name }) => safeName(name, 'Message'),
    '',
    taken,
  );
  for (const name of messages.values()) taken.add(name);
  // A message that is nothing but a definition of its own name shares the definition's type.
  const shared = new Map<string, string>();
  for (const [message, name] of messages) {
    const definition = referenceOf(message.schema);
    if (definition !== undefined && safeName(definition, 'Message') === name) shared.set(definition, name);
  }
  const rest = definitions.filter((name) => !shared.has(name));
  const others = uniqueNames(rest, (name) => safeName(name, 'Payload'), '', taken);
  return {
    messages,
    definitions: new Map(definitions.map((name) => [name, shared.get(name) ?? others.get(name) ?? name])),
  };
}

function safeName(name: string, suffix: string): string {
  const pascal = /^[A-Z][A-Za-z\d]*$/.test(name) ? name : pascalCase(name);
  return isReserved(pascal) ? pascal + suffix : pascal;
}
