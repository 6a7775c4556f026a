// Who connects: valid users of the target, with their tokens, and those who must not get in.
import type { Auth } from '../../scripts/model.ts';
import { NotTestable } from '../rule.ts';
import type { Target, UserEntry } from '../target/target.ts';
import { makeToken, printedToken } from './tokens.ts';

export interface User {
  /** As the token's `sub` says it; in messages it may be a number. */
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  /** Null where the target has no tokens. */
  readonly token: string | null;
}

/** A user without a token, for channels and targets that have none. */
export function anonymous(index: number): User {
  return { id: '', name: `anonymous ${index + 1}`, roles: [], token: null };
}

export async function toUser(entry: UserEntry, target: Target, auth: Auth | null): Promise<User> {
  const { id, name, roles } = entry;
  // Nothing tells the server who it is.
  if (auth === null || auth.parameter === null) return { id: '', name, roles, token: null };
  if (entry.token !== undefined) return { id, name, roles, token: entry.token };
  if (entry.tokenCommand !== undefined)
    return { id, name, roles, token: await printedToken(entry.tokenCommand, entry) };
  if (target.tokens === undefined) {
    throw new NotTestable(`There is no token for user ${id}.`, ['tokens.secret, or a token for every entry of users']);
  }
  return { id, name, roles, token: await makeToken(target.tokens, { sub: id, name }) };
}
