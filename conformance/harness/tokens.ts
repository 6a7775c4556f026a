// Tokens: made with the target's secret, printed by a command, and each kind of faulty one.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SignJWT, UnsecuredJWT } from 'jose';
import { NotTestable } from '../rule.ts';
import type { Target, UserEntry } from '../target/target.ts';

export const tokenFaults = [
  'not-a-token',
  'bad-signature',
  'alg-none',
  'wrong-algorithm',
  'expired',
  'not-yet-valid',
  'missing-sub',
  'missing-exp',
] as const;
export type TokenFault = (typeof tokenFaults)[number];

type Signing = NonNullable<Target['tokens']>;

/** Signed with the target's secret; expires in an hour. Claims laid over with undefined are left out. */
export async function makeToken(
  signing: Signing,
  claims: Readonly<Record<string, unknown>>,
  options: { readonly secret?: string; readonly algorithm?: string } = {},
): Promise<string> {
  const payload = fullClaims(signing, claims);
  return await new SignJWT(payload)
    .setProtectedHeader({ alg: options.algorithm ?? signing.algorithm, typ: 'JWT' })
    .sign(new TextEncoder().encode(options.secret ?? signing.secret));
}

function fullClaims(signing: Signing, claims: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  const all: Record<string, unknown> = { iat: now, exp: now + 3600, ...signing.claims, ...claims };
  for (const [name, value] of Object.entries(all)) if (value === undefined) delete all[name];
  return all;
}

/** A token that must be refused for one reason alone. */
export async function makeFaultyToken(
  target: Target,
  fault: TokenFault,
  user: { id: string; name: string },
): Promise<string> {
  const given = target.faultyTokens[fault];
  if (given !== undefined) return given;
  if (fault === 'not-a-token') return 'not-a-token';
  const signing = target.tokens;
  if (signing === undefined) {
    throw new NotTestable(`A token with the fault "${fault}" can neither be made nor is one given.`, [
      `tokens.secret, or faultyTokens.${fault}`,
    ]);
  }
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: user.id, name: user.name };
  switch (fault) {
    case 'bad-signature':
      return await makeToken(signing, claims, { secret: `${signing.secret}-but-another` });
    case 'alg-none':
      return new UnsecuredJWT(fullClaims(signing, claims)).encode();
    case 'wrong-algorithm':
      return await makeToken(signing, claims, {
        algorithm: signing.algorithm === 'HS512' ? 'HS384' : 'HS512',
        secret: signing.secret,
      });
    case 'expired':
      return await makeToken(signing, { ...claims, iat: now - 7200, exp: now - 3600 });
    case 'not-yet-valid':
      return await makeToken(signing, { ...claims, nbf: now + 3600, exp: now + 7200 });
    case 'missing-sub':
      return await makeToken(signing, { ...claims, sub: undefined });
    default:
      return await makeToken(signing, { ...claims, exp: undefined });
  }
}

/** The first line that the command prints; `{user}` and `{name}` in it are the user's. */
export async function printedToken(command: readonly string[], user: Pick<UserEntry, 'id' | 'name'>): Promise<string> {
  const [program, ...rest] = command.map((part) => part.replaceAll('{user}', user.id).replaceAll('{name}', user.name));
  try {
    const { stdout } = await promisify(execFile)(program as string, rest, { timeout: 10_000 });
    const line = stdout.split('\n')[0]?.trim() ?? '';
    if (line !== '') return line;
    throw new Error('it printed nothing');
  } catch (error) {
    throw new NotTestable(`The token command for user ${user.id} failed: ${(error as Error).message}`, [
      'a tokenCommand that works',
    ]);
  }
}
