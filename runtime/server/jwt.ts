// Verifies JSON Web Tokens with a shared secret, by the algorithms and claims that the channel's contract names.

import { webcrypto } from 'node:crypto';
import { type CryptoKey, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { TokenVerdict, TokenVerifier, User } from './seam.ts';
import type { AuthTable } from './table.ts';

export interface JwtOptions {
  /** Key of the HMAC algorithms. */
  readonly secret: string;
  /** Finds the user of `sub`; null: unknown. `name` is the claim of that name, by default `sub`. */
  readonly findUser: (id: string, name: string) => User | null | Promise<User | null>;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

const hashes: { readonly [algorithm: string]: string } = { HS256: 'SHA-256', HS384: 'SHA-384', HS512: 'SHA-512' };

// `iat` in the future is no reason to refuse; `nbf` and `exp` are judged without leeway.
const judge = async (
  token: string,
  auth: AuthTable,
  options: JwtOptions,
  key: JWTVerifyGetKey,
): Promise<TokenVerdict> => {
  const required = auth.claims.filter((claim) => claim.required).map((claim) => claim.name);
  const { payload } = await jwtVerify(token, key, {
    // `none` and whatever else is not configured is refused by the list; an HMAC key never serves another family.
    algorithms: auth.algorithms.filter((algorithm) => Object.hasOwn(hashes, algorithm)),
    requiredClaims: required,
    currentDate: new Date((options.now ?? Date.now)()),
  });
  const { sub, exp } = payload;
  if (typeof sub !== 'string' || sub === '') return { refused: 'invalid' };
  const name = typeof payload.name === 'string' && payload.name !== '' ? payload.name : sub;
  const user = await options.findUser(sub, name);
  return user ? { user, expiresAt: exp === undefined ? null : exp * 1000 } : { refused: 'unknown-user' };
};

/** A verifier for channels whose tokens are JWTs. */
export const jwtVerifier = (options: JwtOptions): TokenVerifier => {
  const secret = new TextEncoder().encode(options.secret);
  // Made ready for use once, not for every token.
  const keys = new Map<string, Promise<CryptoKey>>();
  const key: JWTVerifyGetKey = ({ alg }) => {
    const ready =
      keys.get(alg) ??
      webcrypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: hashes[alg] ?? '' }, false, ['verify']);
    keys.set(alg, ready);
    return ready;
  };
  return {
    verify: async (token, auth) => {
      try {
        return await judge(token, auth, options, key);
      } catch (error) {
        if (error instanceof errors.JWTExpired) return { refused: 'expired' };
        if (error instanceof errors.JOSEError) return { refused: 'invalid' };
        throw error;
      }
    },
  };
};
