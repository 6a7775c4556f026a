// Every close code that a server chose in the whole run has a row of the contract, and is the server's to send.
import type { Channel, Level } from '../../../scripts/model.ts';
import { Failed, type Monitor, NotTestable } from '../../rule.ts';

/** Codes that stand for something that was not in a close frame. */
const unsent = [1005, 1006, 1015];
/** RFC 6455 itself asks for these where frames or their text are broken, which the suite does: no contract need repeat it. */
const ofTheProtocol = [1002, 1007];
/** From here on codes are a library's or an application's own: what one means only the contract can say. */
const firstPrivate = 3000;

function isDeclared(channel: Channel, code: number): boolean {
  const own = channel.closeCodes.find((one) => one.code === code);
  if (own === undefined && ofTheProtocol.includes(code)) return true;
  // `other` tells clients what to do with a code that they do not know, and stands for what libraries and proxies send.
  const row = own ?? (code < firstPrivate ? other(channel) : undefined);
  return row !== undefined && (row.sentBy === 'server' || row.sentBy === 'both');
}

/** A code without a row is as bad as the row that stands for it says. */
function levelOf(channel: Channel): Level {
  return other(channel)?.level ?? 'MUST';
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
                level: levelOf(channel),
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
