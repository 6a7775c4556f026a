// Who may use a mock: some people, one for every role that the contract asks for, a hundred guests, and nobody else.

import { jwtVerifier } from '../server/jwt.ts';
import type { TokenVerifier, User } from '../server/seam.ts';
import type { ChannelTable } from '../server/table.ts';

const people = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace'];

const guests = Array.from({ length: 100 }, (_, index) => String(100 + index));

/** Users of a mock: people, then one named after each role, with ids from 1 as text; then guests, whose ids, 100 to 199, are their names. */
export const mockUsers = (tables: readonly ChannelTable[]): readonly User[] => {
  const roles = tables
    .flatMap((table) => Object.values(table.client))
    .flatMap(({ requires }) => requires.flatMap((row) => ('role' in row ? [row.role] : [])));
  const named = [...people, ...new Set(roles)].map((name, index) => ({ id: String(index + 1), name }));
  return [...named, ...guests.map((id) => ({ id, name: id }))];
};

/** The token of a user where the contract's tokens are opaque. */
export const opaqueToken = (user: User): string => `token-of-${user.name}`;

/** Judges JWTs by the secret, and opaque tokens by the list of users. */
export const mockVerifier = (users: readonly User[], secret: string): TokenVerifier => {
  const jwt = jwtVerifier({
    secret,
    findUser: (id, name) => (users.some((user) => user.id === id) ? { id, name } : null),
  });
  return {
    verify: async (token, auth) => {
      if (auth.format === 'jwt') return jwt.verify(token, auth);
      const user = users.find((one) => opaqueToken(one) === token);
      return user ? { user, expiresAt: null } : { refused: 'invalid' };
    },
  };
};
