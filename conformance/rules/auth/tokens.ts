// Tokens that look right and are not: each of them lets nobody in.
import type { Channel, Level, Source } from '../../../scripts/model.ts';
import type { TokenFault } from '../../harness/tokens.ts';
import type { Kit } from '../../kit.ts';
import { type Case, lowest, type Rule } from '../../rule.ts';
import { expectAccepted, expectRefused, wantsToken } from '../handshake/refusal.ts';

interface Fault {
  readonly id: `auth/${string}`;
  readonly sentence: string;
  readonly what: string;
  /** Null: the contract says nothing that it breaks. */
  about(channel: Channel): { readonly level: Level; readonly source: Source } | null;
  token(kit: Kit): Promise<string>;
}

function isJwt(channel: Channel): boolean {
  return wantsToken(channel) && channel.auth?.format === 'jwt';
}

function always(channel: Channel) {
  return isJwt(channel) && channel.auth !== null ? { level: 'MUST' as const, source: channel.auth.source } : null;
}

function claim(channel: Channel, name: string) {
  const row = isJwt(channel) ? channel.auth?.claims.find((one) => one.name === name) : undefined;
  return row === undefined ? null : { level: row.level, source: row.source };
}

function given(fault: TokenFault) {
  return (kit: Kit) => kit.faultyToken(fault);
}

const faults: readonly Fault[] = [
  {
    id: 'auth/bad-signature-refused',
    sentence: 'A token that was signed with another key lets nobody in.',
    what: 'a token signed with another key',
    about: always,
    token: given('bad-signature'),
  },
  {
    id: 'auth/tampered-refused',
    sentence: 'A token of which the claims were changed after it was signed lets nobody in.',
    what: "a token with another user's claims under the signature of one's own",
    about: always,
    token: tampered,
  },
  {
    id: 'auth/alg-none-refused',
    sentence: 'A token without a signature (`alg: none`) lets nobody in.',
    what: 'an unsigned token (alg: none)',
    about: always,
    token: given('alg-none'),
  },
  {
    id: 'auth/wrong-algorithm-refused',
    sentence: 'A token that was signed with an algorithm which is not configured lets nobody in.',
    what: 'a token signed with the right key and another algorithm',
    about: (channel) => (channel.auth?.algorithms.length === 0 ? null : always(channel)),
    token: given('wrong-algorithm'),
  },
  {
    id: 'auth/not-yet-valid-refused',
    sentence: 'A token lets nobody in before the time in `nbf`.',
    what: 'a token that is not valid yet (nbf)',
    about: (channel) => claim(channel, 'nbf'),
    token: given('not-yet-valid'),
  },
];

/** Claims of one token, signature of another. */
async function tampered(kit: Kit): Promise<string> {
  const own = await validToken(kit);
  const [head, , signature] = own.split('.');
  const claims = Buffer.from(JSON.stringify({ ...readClaims(own), jti: 'changed' })).toString('base64url');
  return `${head}.${claims}.${signature}`;
}

async function validToken(kit: Kit): Promise<string> {
  const user = kit.users[0];
  return user?.token ?? (await kit.faultyToken('bad-signature'));
}

function readClaims(token: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function ruleFor(fault: Fault): Rule {
  return {
    id: fault.id,
    level: 'MUST',
    role: 'server',
    sentence: fault.sentence,
    cases(_contract, channel) {
      const about = fault.about(channel);
      if (about === null) return [];
      const one: Case = {
        channel: channel.name,
        level: lowest('MUST', about.level),
        source: about.source,
        async run(kit) {
          await expectRefused(kit, `a connection with ${fault.what}`, { token: await fault.token(kit) });
          await expectAccepted(kit, 'the same connection with a sound token');
        },
      };
      return [one];
    },
  };
}

export const tokenRules: readonly Rule[] = faults.map(ruleFor);

export const missingClaimRefused: Rule = {
  id: 'auth/missing-claim-refused',
  level: 'MUST',
  role: 'server',
  sentence: 'A token without a claim that the contract requires lets nobody in.',
  cases(_contract, channel) {
    const required = isJwt(channel) ? (channel.auth?.claims ?? []).filter((row) => row.required) : [];
    const first = required[0];
    if (first === undefined) return [];
    const one: Case = {
      channel: channel.name,
      level: required.some((row) => row.level === 'MUST') ? 'MUST' : 'SHOULD',
      source: first.source,
      needs: { users: 1 },
      async run(kit) {
        for (const { name, level } of required) {
          await expectRefused(
            kit,
            `a connection with a token without ${name}`,
            { token: await without(kit, name) },
            level,
          );
        }
        await expectAccepted(kit, 'the same connection with every claim');
      },
    };
    return [one];
  },
};

async function without(kit: Kit, claim: string): Promise<string> {
  if (claim === 'sub') return await kit.faultyToken('missing-sub');
  if (claim === 'exp') return await kit.faultyToken('missing-exp');
  const user = kit.users[0];
  if (user === undefined) throw new Error('one user was asked for');
  return await kit.tokenWith(user, { [claim]: undefined });
}
