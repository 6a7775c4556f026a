// How the token is read out of the query: by parsing it, whatever else stands there, and never by splitting it.
import type { Channel, Level } from '../../../scripts/model.ts';
import { type Attempt, describeAttempt } from '../../harness/connection.ts';
import type { ConnectOptions, Kit } from '../../kit.ts';
import { type Case, Failed, NotTestable, type Rule } from '../../rule.ts';
import { expectAccepted, expectRefused, wantsToken } from '../handshake/refusal.ts';

function queryRule(
  record: Pick<Rule, 'id' | 'level' | 'sentence'>,
  run: (kit: Kit, parameter: string, token: string) => Promise<void>,
): Rule {
  return {
    ...record,
    role: 'server',
    cases(_contract, channel) {
      const parameter = channel.auth?.parameter ?? null;
      if (!wantsToken(channel) || channel.auth === null || parameter === null) return [];
      const one: Case = {
        channel: channel.name,
        level: record.level,
        source: channel.auth.source,
        timeoutMs: 30_000,
        run: (kit) => run(kit, parameter, validToken(kit, channel)),
      };
      return [one];
    },
  };
}

function validToken(kit: Kit, channel: Channel): string {
  const token = kit.users[0]?.token ?? null;
  if (token === null) throw new NotTestable(`No valid token for ${channel.name}.`, ['tokens.secret, or users[].token']);
  return token;
}

/** Refused, and by an answer that was meant: an exception shows as a status of 500 and above, or as close code 1011. */
async function expectAnswered(kit: Kit, what: string, options: ConnectOptions): Promise<void> {
  const attempt: Attempt = await expectRefused(kit, what, options);
  const crashed =
    (attempt.outcome === 'refused' && attempt.status >= 500) ||
    (attempt.outcome === 'closed' && attempt.ending.code === 1011) ||
    attempt.outcome === 'failed';
  if (!crashed) return;
  throw new Failed(`${what} is refused like any connection without a token`, describeAttempt(attempt), {
    reason: 'crashed',
  });
}

export const survivesOddQueries = queryRule(
  {
    id: 'auth/survives-odd-queries',
    level: 'MUST',
    sentence:
      'A query without a token, or with anything odd in place of one, is refused and is no crash; others get in as before.',
  },
  async (kit, parameter) => {
    const odd = ['', '&&', '=x', parameter, `${parameter}&${parameter}`, `&${parameter}=&`, `${parameter}=%00`];
    odd.push(
      `${parameter}=%F0%9F%98%80`,
      `${parameter}=a.b.c`,
      `${parameter}=${'x'.repeat(3000)}`,
      `other=${parameter}`,
    );
    for (const rawQuery of odd) {
      const shown = rawQuery.length > 40 ? `${rawQuery.slice(0, 37)}...` : rawQuery;
      await expectAnswered(kit, `a connection with the query "?${shown}"`, { rawQuery });
    }
    await expectAccepted(kit, 'a valid connection after them');
  },
);

export const similarParameterRefused = queryRule(
  {
    id: 'auth/similar-parameter-refused',
    level: 'MUST',
    sentence: "A token in another parameter, whose name ends in the token's, lets nobody in.",
  },
  async (kit, parameter, token) => {
    for (const name of [`x${parameter}`, `my-${parameter}`, `${parameter}x`]) {
      const rawQuery = `${name}=${token}`;
      await expectRefused(kit, `a connection with a valid token in ${name} alone`, { rawQuery });
    }
    await expectAccepted(kit, `the same token in ${parameter}`);
  },
);

export const otherParametersIgnored = queryRule(
  {
    id: 'auth/other-parameters-ignored',
    level: 'MUST',
    sentence: 'A valid token is taken whatever other parameters stand before or behind it.',
  },
  async (kit, parameter, token) => {
    const own = `${parameter}=${token}`;
    for (const rawQuery of [`${own}&x=1`, `x=1&${own}`, `x${parameter}=junk&${own}`, `${own}&x${parameter}=junk`]) {
      const shown = rawQuery.replace(token, 'VALID');
      await expectAccepted(kit, `a connection with the query "?${shown}"`, { rawQuery }, 'refused');
    }
    // Whoever takes anything proves nothing.
    await expectRefused(kit, 'the same without a token', { rawQuery: 'x=1' });
  },
);

export const repeatedParameterRefused = queryRule(
  {
    id: 'auth/repeated-parameter-refused',
    level: 'SHOULD',
    sentence: 'A repeated token parameter is an invalid token.',
  },
  async (kit, parameter, token) => {
    const level: Level = 'SHOULD';
    const pairs: readonly [string, string][] = [
      [token, token],
      [token, 'junk'],
      ['junk', token],
    ];
    for (const [first, second] of pairs) {
      const rawQuery = `${parameter}=${first}&${parameter}=${second}`;
      const shown = rawQuery.replaceAll(token, 'VALID');
      await expectRefused(kit, `a connection with the query "?${shown}"`, { rawQuery }, level);
    }
    await expectAccepted(kit, 'the same token once');
  },
);
