// A request without upgrade on a socket address gets a status that says so.
import { Failed, lowest, type Rule } from '../../rule.ts';

export const plainHttp: Rule = {
  id: 'handshake/plain-http-status',
  level: 'MUST',
  role: 'server',
  sentence: 'A plain HTTP request on a socket address is answered with the status that the contract names.',
  cases: (_contract, channel) =>
    (channel.auth?.answers ?? []).flatMap((answer) =>
      answer.when !== 'plain-http' || answer.by !== 'status'
        ? []
        : [
            {
              channel: channel.name,
              level: lowest('MUST', answer.level),
              source: answer.source,
              async run(kit) {
                const status = await kit.plainHttp();
                if (answer.statuses.includes(status)) return;
                const seen = status === 0 ? 'no HTTP answer' : `HTTP ${status}`;
                throw new Failed(`HTTP ${answer.statuses.join(' or ')}`, seen, { reason: 'wrong-status' });
              },
            },
          ],
    ),
};
