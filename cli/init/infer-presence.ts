// Guesses by which messages people in a room learn who came and who went.
import type { Channel, Contract, Pointer, ServerMessage } from '../../scripts/model.ts';
import { allowedAt, isNamed, type Place, placeNamed, placesOf } from './shape.ts';

export interface InferredPresence {
  readonly joined: { readonly message: string; readonly match?: readonly Match[] };
  readonly left: { readonly message: string; readonly match?: readonly Match[] };
  readonly per: 'user' | 'connection';
  /** Where both name the user; absent where they name it in two ways, or not at all. */
  readonly user?: Pointer;
}

interface Match {
  readonly pointer: Pointer;
  readonly value: string;
}

const came = ['joined', 'online', 'entered', 'arrived'];
const went = ['left', 'offline', 'departed', 'gone'];
const userNames = ['userid', 'playerid', 'memberid', 'clientid', 'uid', 'user', 'player', 'member', 'username', 'name'];

/** The value of `presence` in x-ws-room; null where no messages look like it. */
export function inferPresence(channel: Channel, contract: Contract): InferredPresence | null {
  // What answers a join is for the one who joins.
  const replies = new Set(channel.clientMessages.flatMap(({ reply }) => reply?.messages ?? []));
  const told = channel.serverMessages.filter(({ key }) => !replies.has(key));
  const joined = told.find((message) => isNamed(message, ...came));
  const left = told.find((message) => isNamed(message, ...went));
  const per = channel.auth?.scheme == null ? 'connection' : 'user';
  if (joined !== undefined && left !== undefined && joined !== left)
    return { joined: { message: joined.key }, left: { message: left.key }, per, ...userOf([joined, left], contract) };
  for (const message of told) {
    for (const { pointer } of placesOf(message, contract)) {
      const allowed = allowedAt(message, pointer, contract);
      const [on, off] = [came, went].map((words) => allowed.find((value) => words.includes(value.toLowerCase())));
      if (on === undefined || off === undefined || pointer === channel.envelope.discriminator) continue;
      const row = (value: string) => ({ message: message.key, match: [{ pointer, value }] });
      return { joined: row(on), left: row(off), per, ...userOf([message], contract) };
    }
  }
  return null;
}

function userOf(messages: readonly ServerMessage[], contract: Contract): { user?: Pointer } {
  const [first, ...others] = messages.map((message) =>
    placeNamed(placesOf(message, contract).filter(isId), ...userNames),
  );
  if (first === undefined || others.some((other) => other?.pointer !== first.pointer)) return {};
  return { user: first.pointer };
}

const isId = ({ type, isFree }: Place): boolean => (type === 'string' || type === 'integer') && isFree;
