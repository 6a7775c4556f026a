// Every close code that a server chose in the whole run has a row of the contract, and is the server's to send.
import type { Channel } from '../../../scripts/model.ts';
import { Failed, type Monitor, NotTestable } from '../../rule.ts';

/** Codes that stand for something that was not in a close frame. */
const unsent = [1005, 1006, 1015];

function isDeclared(channel: Channel, code: number): boolean {
  const row = channel.closeCodes.find((one) => one.code === code) ?? other(channel);
  return row !== undefined && (row.sentBy === 'server' || row.sentBy === 'both');
}

function other(channel: Channel) {
  return channel.closeCodes.find((one) => one.code === 'other');
}

export const declared: Monitor = {
  id: 'close-codes/declared',
  level: 'MUST',
  role: 'server',
  monitor: true,
  sentence: 'Every close code that the server sends has a row in the contract, and is its to send.',
  cases(_contract, channel) {
    const first = channel.closeCodes[0];
    if (first === undefined) return [];
    return [
      {
        channel: channel.name,
        level: 'MUST',
        source: first.source,
        judge({ observations }) {
          const seen = new Set<number>();
          for (const { connections, instance, frames } of observations.filter((one) => one.channel === channel.name)) {
            for (const { ending, endedBySuite } of connections) {
              if (ending === null || endedBySuite || ending.how !== 'close' || unsent.includes(ending.code)) continue;
              seen.add(ending.code);
              if (isDeclared(channel, ending.code)) continue;
              const known = channel.closeCodes.filter((row) => row.sentBy === 'server' || row.sentBy === 'both');
              const codes = known.map((row) => row.code).join(', ');
              throw new Failed(`a close code out of ${codes}`, `${ending.code} in ${instance}`, {
                reason: 'undeclared',
                frames,
              });
            }
          }
          if (seen.size > 0) return;
          throw new NotTestable('In this run the server closed no connection with a code.', [
            'a run of more rules than this one',
          ]);
        },
      },
    ];
  },
};
