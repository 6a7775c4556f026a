// Judges an opening handshake in the contract's order: path and parameters, query, token, resource, permission.

import type { CoreAdmission, CoreRequest } from './core.ts';
import type { Hub } from './hub.ts';
import { isRefusal } from './refusal.ts';
import { readQuery } from './route.ts';
import type { Refusal, User } from './seam.ts';
import type { AuthCondition } from './table.ts';

export interface Admission {
  readonly request: CoreRequest;
  readonly roles: ReadonlySet<string>;
  readonly state: unknown;
  readonly expiresAt: number | null;
}

export type HandshakeVerdict = { readonly refusal: Refusal } | { readonly admission: Admission };

// Where the contract is silent.
const statuses: { readonly [when in AuthCondition]: number } = {
  missing: 401,
  invalid: 401,
  expired: 401,
  'unknown-user': 401,
  forbidden: 403,
  'not-found': 404,
  expiry: 401,
  'unknown-path': 404,
  'invalid-query': 400,
  'plain-http': 426,
  shutdown: 503,
  error: 500,
};

/** How the contract has a condition answered. */
export const refusalFor = (hub: Hub | null, when: AuthCondition): Refusal => {
  const row = hub?.table.auth?.answers.find((answer) => answer.when === when);
  if (row?.by === 'close') return { when, by: 'close', code: row.code };
  return { when, by: 'status', status: row?.statuses[0] ?? statuses[when] };
};

type Identified = { readonly user: User; readonly expiresAt: number | null } | { readonly refused: AuthCondition };

const identify = async (hub: Hub, search: URLSearchParams, connection: string): Promise<Identified> => {
  const { auth } = hub.table;
  if (!auth || auth.parameter === null) {
    return { user: { id: `anonymous-${connection}`, name: 'anonymous' }, expiresAt: null };
  }
  const tokens = search.getAll(auth.parameter);
  if (tokens.length > 1) return { refused: 'invalid' };
  const token = tokens[0];
  if (token === undefined || token === '') return { refused: 'missing' };
  if (!hub.seam.verifier) throw new Error('The channel takes tokens, and the server was given no verifier.');
  return hub.seam.verifier.verify(token, auth);
};

const roomOf = (hub: Hub, parameters: { readonly [name: string]: unknown }): string | null => {
  const name = hub.table.room?.parameter;
  return name ? String(parameters[name]) : null;
};

/** Judges a request whose path is one of the channel's. */
export const judgeHandshake = async (
  hub: Hub,
  parameters: { readonly [name: string]: unknown },
  search: URLSearchParams,
  connection: string,
): Promise<HandshakeVerdict> => {
  const no = (when: AuthCondition): HandshakeVerdict => ({ refusal: refusalFor(hub, when) });
  const query = readQuery(search, hub.table);
  if (!query) return no('invalid-query');
  try {
    const identified = await identify(hub, search, connection);
    if ('refused' in identified) return no(identified.refused);
    const request = { user: identified.user, parameters, query, room: roomOf(hub, parameters) };
    const admitted = ((await hub.handlers.authorize?.(request)) ?? {}) as CoreAdmission;
    return {
      admission: {
        request,
        roles: new Set(admitted.roles ?? []),
        state: admitted.state,
        expiresAt: identified.expiresAt,
      },
    };
  } catch (error) {
    if (isRefusal(error) && (error.condition === 'not-found' || error.condition === 'forbidden')) {
      return no(error.condition);
    }
    hub.report('handshake-failed', null, error);
    return no('error');
  }
};
