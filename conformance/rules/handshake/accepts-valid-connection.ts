// A connection with nothing wrong about it is accepted and stays: the control of every refusal.
import { describeAttempt } from '../../harness/connection.ts';
import { Failed, type Rule } from '../../rule.ts';

export const acceptsValidConnection: Rule = {
  id: 'handshake/accepts-valid-connection',
  level: 'MUST',
  role: 'server',
  sentence: 'A connection to a valid address with a valid token is accepted and stays open.',
  cases: (_contract, channel) => [
    {
      channel: channel.name,
      level: 'MUST',
      source: channel.auth?.source ?? channel.source,
      async run(kit) {
        const attempt = await kit.attempt();
        if (attempt.outcome !== 'open') {
          throw new Failed('accepted and left open', describeAttempt(attempt), { reason: 'refused' });
        }
        await attempt.connection.close();
      },
    },
  ],
};
