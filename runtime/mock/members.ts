// Which lists of a message name who is there, and who is: a mock fills them by the place where presence names a user.

import type { CoreContext } from '../server/core.ts';
import { fillMessage } from '../server/fill.ts';
import type { ChannelTable } from '../server/table.ts';

type Plain = { readonly [name: string]: unknown };

const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Replaces each list whose entries have that property by one entry a user, made from the list's first. */
const listed = (value: unknown, name: string, entriesOf: (first: Plain) => readonly unknown[]): unknown => {
  if (Array.isArray(value)) {
    const [first] = value;
    return isPlain(first) && Object.hasOwn(first, name) ? entriesOf(first) : value;
  }
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, listed(inner, name, entriesOf)]));
};

/** The message with the members of the context's room in its lists of users: each user once. */
export const withMembers = async (table: ChannelTable, message: unknown, context: CoreContext): Promise<unknown> => {
  const token = table.room?.presence?.user?.split('/').at(-1);
  if (token === undefined) return message;
  const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
  let hasList = false;
  listed(message, name, () => {
    hasList = true;
    return [];
  });
  if (!hasList) return message;
  const members = await context.room.members();
  const users = new Map(members.map(({ user }) => [user.id, user]));
  const entries = (first: Plain) =>
    [...users.values()].map((user) =>
      fillMessage(first, [{ target: `/${token}`, source: { from: 'user-id' } }], {
        message: undefined,
        user,
        room: context.room.id,
        now: Date.parse(context.now),
      }),
    );
  return listed(message, name, entries);
};
