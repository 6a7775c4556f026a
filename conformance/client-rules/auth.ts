// Rules about the token: asked for at every attempt, used once, and never in the way when it fails, hangs or comes late.
import type { Channel, Contract } from '../../scripts/model.ts';
import { brief } from '../harness/pointer.ts';
import { Failed, NotTestable } from '../rule.ts';
import type { ClientCase, ClientRule } from './client-rule.ts';
import { delayBefore, delaysUntil } from './levels.ts';
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

const tokenFailure: ClientRule = {
  id: 'auth/token-failure-is-failed-attempt',
  role: 'client',
  level: 'MUST',
  sentence:
    'When no token can be had, the attempt has failed: the client opens nothing for it, and tries again after its wait.',
  cases: whereTokens(
    async (kit) => {
      const row = kit.channel.reconnect!;
      const client = await kit.create();
      client.tokens.policy = (index) => (index < 2 ? 'fail' : 'token');
      await client.connect();
      await kit.until(() => client.tokens.requests.length > 2, kit.scaled(delaysUntil(row, 2)) * 2 + kit.patienceMs);
      const [first, second, third] = client.tokens.requests;
      if (first === undefined) throw new Failed('a request for a token', 'none', { reason: 'never-asked' });
      if (second === undefined || third === undefined)
        throw new Failed('another request after the failure', 'none', { reason: 'stuck' });
      if (client.stage.attempts.some(({ at }) => at < third.at))
        throw new Failed('no connection without a token', 'one', { reason: 'opened-without' });
      for (const [n, [before, after]] of [[first, second] as const, [second, third] as const].entries()) {
        const latestMs = kit.scaled(delayBefore(row, n + 1));
        const earliestMs = latestMs * (1 - row.jitter);
        kit.checkTiming({ what: 'the next request', from: before.at, seenAt: after.at, earliestMs, latestMs });
      }
      await kit.opened(client, 0);
    },
    { timeoutMs: 30_000, stretch: 4 },
  ),
};

const tokenTimeout: ClientRule = {
  id: 'auth/token-timeout',
  role: 'client',
  level: 'MUST',
  sentence: 'A request for a token that is not answered in time is a failed attempt.',
  cases: whereTokens(
    async (kit) => {
      const row = kit.channel.reconnect!;
      const client = await kit.create();
      client.tokens.policy = (index) => (index === 0 ? 'hang' : 'token');
      await client.connect();
      const timeoutMs = kit.scaled(row.tokenTimeoutMs);
      const waitMs = kit.scaled(delayBefore(row, 1));
      await kit.until(() => client.tokens.requests.length > 1, (timeoutMs + waitMs) * 2 + kit.patienceMs);
      const [first, second] = client.tokens.requests;
      if (first === undefined) throw new Failed('a request for a token', 'none', { reason: 'never-asked' });
      kit.checkTiming({
        what: 'the next request',
        from: first.at,
        seenAt: second?.at ?? null,
        earliestMs: timeoutMs + waitMs * (1 - row.jitter),
        latestMs: timeoutMs + waitMs,
      });
      await kit.opened(client, 0);
    },
    { timeoutMs: 40_000 },
  ),
};

const lateTokenIgnored: ClientRule = {
  id: 'auth/late-token-ignored',
  role: 'client',
  level: 'MUST',
  sentence: 'A token that comes when its attempt is over opens nothing.',
  cases: whereTokens(
    async (kit) => {
      const row = kit.channel.reconnect!;
      const client = await kit.create();
      client.tokens.policy = (index) => (index === 0 ? 'hang' : 'token');
      await client.connect();
      const limitMs = kit.scaled(row.tokenTimeoutMs + delayBefore(row, 1)) * 2 + kit.patienceMs;
      if (!(await kit.until(() => client.tokens.requests.length > 1, limitMs))) {
        throw new NotTestable('The client waits for its first token for ever, so that none can come too late.', [
          'a client that keeps auth/token-timeout',
        ]);
      }
      await kit.opened(client, 0);
      const late = client.tokens.answer(0);
      await client.fence();
      await kit.clock.sleep(250);
      const used = client.stage.attempts.find(({ token }) => token === late);
      if (used !== undefined || client.stage.attempts.length > 1)
        throw new Failed('nothing after a late token', 'another attempt', { reason: 'late-token-used' });
    },
    { timeoutMs: 60_000 },
  ),
};

const closedWhileAsking: ClientRule = {
  id: 'auth/closed-while-asking',
  role: 'client',
  level: 'MUST',
  sentence: 'A token that comes after the application has closed opens nothing.',
  cases: whereTokens(async (kit) => {
    const client = await kit.create();
    client.tokens.policy = () => 'hang';
    await client.connect();
    if (!(await kit.until(() => client.tokens.requests.length > 0, kit.patienceMs)))
      throw new Failed('a request for a token', 'none', { reason: 'never-asked' });
    await client.close();
    const late = client.tokens.answer(0);
    await client.fence();
    await kit.until(() => client.stage.attempts.length > 0, 250);
    // The next connection is the fence: what the late token opens is there before it.
    client.tokens.policy = () => 'token';
    if (client.stage.attempts.length === 0) {
      await client.connect();
      await kit.opened(client, 0);
    }
    if (client.stage.attempts.some(({ token }) => token === late))
      throw new Failed('no connection with a token that came after close()', 'one', { reason: 'late-token-used' });
  }),
};

export const authRules: readonly ClientRule[] = [
  tokenPerAttempt,
  tokenFailure,
  tokenTimeout,
  lateTokenIgnored,
  closedWhileAsking,
];
