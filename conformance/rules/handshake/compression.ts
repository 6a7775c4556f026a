// What a client offers in the upgrade request and the server must not take up.
import { Failed, lowest, type Rule } from '../../rule.ts';

export const noCompression: Rule = {
  id: 'handshake/no-compression',
  level: 'MUST',
  role: 'server',
  sentence: 'permessage-deflate is not negotiated where the contract does not allow it.',
  cases: (_contract, channel) => {
    const row = channel.limits.compression ?? null;
    if (row === null || row.allowed) return [];
    return [
      {
        channel: channel.name,
        level: lowest('MUST', row.level),
        source: row.source,
        async run(kit) {
          const offer = 'permessage-deflate; client_max_window_bits';
          const answer = await kit.upgrade({ headers: { 'sec-websocket-extensions': offer } });
          if (answer?.status !== 101) {
            const seen = answer === null ? 'no HTTP answer' : `HTTP ${answer.status}`;
            throw new Failed('a connection that offers permessage-deflate is accepted', seen, { reason: 'refused' });
          }
          const taken = answer.headers['sec-websocket-extensions'];
          if (taken === undefined) return;
          throw new Failed('no Sec-WebSocket-Extensions in the answer', taken, { reason: 'negotiated' });
        },
      },
    ];
  },
};
