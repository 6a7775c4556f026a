// What a refused connection is told, and where a token must never show up.
import type { AuthCondition } from '../../../scripts/model.ts';
import { describeAttempt } from '../../harness/connection.ts';
import type { Observation, Recorded } from '../../harness/record.ts';
import { type Case, Failed, type Monitor, NotTestable, type Rule } from '../../rule.ts';
import { answerFor, expectAccepted, expectRefused, wantsToken } from '../handshake/refusal.ts';
import { type ConditionName, conditions } from './conditions.ts';

const silent: readonly ConditionName[] = ['missing', 'empty', 'invalid'];

export const refusalSilent: Rule = {
  id: 'auth/refusal-silent',
  level: 'MUST',
  role: 'server',
  sentence: 'A connection that is accepted only to be closed is sent nothing before the close.',
  cases(_contract, channel) {
    const closing = (when: AuthCondition) => answerFor(channel, when)?.by === 'close';
    const names = silent.filter((name) => conditions[name].applies(channel) && closing(conditions[name].when));
    if (names.length === 0 || channel.auth === null) return [];
    const one: Case = {
      channel: channel.name,
      level: 'MUST',
      source: channel.auth.source,
      async run(kit) {
        for (const name of names) {
          for (const { what, options } of await conditions[name].attempts(kit)) {
            const attempt = await expectRefused(kit, what, options);
            if (attempt.outcome !== 'closed' || attempt.connection.messages.length === 0) continue;
            throw new Failed(`${what} gets nothing but the close`, describeAttempt(attempt), { reason: 'sent' });
          }
        }
        await expectAccepted(kit, 'a connection with a valid token');
      },
    };
    return [one];
  },
};

/** Shorter ones stand in ordinary text too: `not-a-token`. */
const shortest = 12;
const tooShort = `users[].token: some of at least ${shortest} characters`;

/** Tokens have no spaces and nothing but ASCII; a text has few stretches of the kind that are as long. */
const unbroken = /^[!-~]+$/;

function likely(text: string): readonly string[] {
  const stretches = text.match(/[!-~]{7,}/g) ?? [];
  return stretches.filter((stretch) => stretch.length >= shortest || stretch.includes('[token]'));
}

/** What gives a token away: the whole, or its signature alone. */
function secretsOf(observations: readonly Observation[]): readonly string[] {
  const all = observations.flatMap(({ tokens }) => tokens).filter((token) => token.length >= shortest);
  return [...new Set(all)].sort((left, right) => right.length - left.length);
}

function tokenMonitor(
  record: Pick<Monitor, 'id' | 'sentence'>,
  judge: (recorded: Recorded, own: readonly Observation[]) => void,
): Monitor {
  return {
    ...record,
    level: 'MUST',
    role: 'server',
    monitor: true,
    cases(_contract, channel) {
      if (!wantsToken(channel) || channel.auth === null) return [];
      return [
        {
          channel: channel.name,
          level: 'MUST',
          source: channel.auth.source,
          judge: (recorded) =>
            judge(
              recorded,
              recorded.observations.filter((observation) => observation.channel === channel.name),
            ),
        },
      ];
    },
  };
}

export const tokenNotEchoed = tokenMonitor(
  { id: 'auth/token-not-echoed', sentence: 'No message, close reason or refusal of the server contains a token.' },
  (_recorded, own) => {
    const secrets = secretsOf(own);
    let said = 0;
    for (const observation of own) {
      const texts = observation.connections.flatMap((connection) => [
        ...connection.messages.map((message) => message.text),
        connection.ending?.reason ?? '',
      ]);
      // Of a refusal the body is kept with its tokens marked.
      texts.push(...observation.refusals.map(({ body }) => body));
      said += observation.connections.flatMap((one) =>
        one.messages.filter((message) => message.key !== null && !one.isBounced(message)),
      ).length;
      const isToken = (text: string) => text.includes('[token]') || secrets.some((secret) => text.includes(secret));
      // One search of all that can hold a token: there are thousands of texts, and hundreds of tokens.
      if (secrets.every((secret) => unbroken.test(secret)) && !isToken(texts.flatMap(likely).join('\n'))) continue;
      const seen = texts.find(isToken);
      if (seen === undefined) continue;
      throw new Failed(
        'no token in anything that the server sends',
        `in ${observation.instance}: ${seen.slice(0, 200)}`,
        {
          reason: 'echoed',
          frames: observation.frames,
        },
      );
    }
    if (secrets.length === 0) throw new NotTestable('No token is long enough to be told from other text.', tooShort);
    if (said === 0) {
      throw new NotTestable('In this run the server sent no message of the contract to a connection with a token.', [
        'a run of more rules than this one',
      ]);
    }
  },
);

export const tokenNotLogged = tokenMonitor(
  { id: 'auth/token-not-logged', sentence: 'No token appears in what the server prints: its log and its access log.' },
  (recorded, own) => {
    if (recorded.output === null) {
      throw new NotTestable('The log of a server that the suite did not start cannot be seen.', ['target.start']);
    }
    if (secretsOf(own).length === 0)
      throw new NotTestable('No token is long enough to be told from other text.', tooShort);
    // One log for all channels: two tokens of one user that were made within the same second are the same, so none tells its channel.
    const secrets = secretsOf(recorded.observations);
    for (const line of recorded.output.split('\n')) {
      const found = secrets.find((secret) => line.includes(secret));
      if (found === undefined) continue;
      const shown = secrets.reduce((text, secret) => text.replaceAll(secret, '[token]'), line);
      throw new Failed('no token in the output of the server', shown.slice(0, 300), { reason: 'logged' });
    }
  },
);
