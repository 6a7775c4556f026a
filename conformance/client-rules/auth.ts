// Rules about the token: asked for at every attempt, used once, and never in the way when it fails, hangs or comes late.
import type { Channel, Contract } from '../../scripts/model.ts';
import { brief } from '../harness/pointer.ts';
import { Failed } from '../rule.ts';
import type { ClientCase, ClientRule } from './client-rule.ts';
import { delayBefore } from './levels.ts';
import { attemptOf, cut } from './losing.ts';

type Body = ClientCase['run'];

/** One case for each channel that needs a token and says how a client comes back. */
function whereTokens(run: Body, part: Partial<ClientCase> = {}): ClientRule['cases'] {
  return (_contract: Contract, channel: Channel) =>
    channel.auth?.parameter == null || channel.reconnect === null
      ? []
      : [{ channel: channel.name, level: channel.auth.level, source: channel.auth.source, run, ...part }];
}

const tokenPerAttempt: ClientRule = {
  id: 'auth/token-per-attempt',
  role: 'client',
  level: 'MUST',
  sentence: 'The client asks for a token at every attempt, and sends the one that it was given for that attempt.',
  cases: whereTokens(
    async (kit) => {
      const reconnect = kit.channel.reconnect!;
      const { client } = await kit.connected();
      for (let n = 1; n <= 3; n += 1) {
        cut(kit, await kit.opened(client, n - 1));
        await attemptOf(kit, client, n, kit.scaled(delayBefore(reconnect, n)) + kit.patienceMs);
      }
      const sent = client.stage.attempts.slice(0, 4).map(({ token }) => token);
      const given = client.tokens.requests.slice(0, 4).map(({ token }) => token);
      for (const [index, token] of sent.entries()) {
        if (token === given[index] && token !== null) continue;
        const reused = sent.slice(0, index).includes(token);
        const observed =
          token === null ? 'no token' : reused ? 'a token of an earlier attempt' : `another one: ${brief(token)}`;
        throw new Failed(`the token that was given for attempt ${index + 1}`, observed, {
          reason: token === null ? 'missing' : reused ? 'reused' : 'wrong-token',
        });
      }
    },
    { timeoutMs: 60_000 },
  ),
};

export const authRules: readonly ClientRule[] = [tokenPerAttempt];
