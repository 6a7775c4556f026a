// Makes tokens for the fixture users, as the product's own login would.

import { SignJWT } from 'jose';
import type { User } from 'wirepact/server';

/** The secret of a server that was given none. Everybody knows it. */
export const developmentSecret = 'wirepact-development-secret-which-everybody-knows';

export interface TokenOptions {
  readonly secret: string;
  /** Seconds. @default 86400 */
  readonly lifetime?: number;
  /** One of HMAC. @default 'HS256' */
  readonly algorithm?: string;
}

/** A token with `sub`, `name`, `iat` and `exp`. */
export const makeToken = (
  user: User,
  { secret, lifetime = 86_400, algorithm = 'HS256' }: TokenOptions,
): Promise<string> =>
  new SignJWT({ name: user.name })
    .setProtectedHeader({ alg: algorithm })
    .setSubject(user.id)
    .setIssuedAt()
    .setExpirationTime(Math.floor(Date.now() / 1000) + lifetime)
    .sign(new TextEncoder().encode(secret));
