// Rules about coming back: once the line is whole again, the client is ready within what its contract allows.
import { Failed } from '../rule.ts';
import { type PairRule, pairCase } from './pair-rule.ts';

const readyAgain: PairRule = {
  id: 'reconnect/ready-after-faults',
  role: 'pair',
  level: 'MUST',
  sentence: 'Once the line is whole again the client is ready within the waits and timeouts of the contract.',
  cases: (_contract, channel) =>
    channel.reconnect === null
      ? []
      : [
          pairCase(channel, channel.reconnect, ({ recoveries, isSpent }) => {
            const late = recoveries.find(({ tookMs }) => tookMs === null);
            // The attempts that the contract gives were used up: then it is right to stop.
            if (late === undefined || isSpent) return recoveries.length > 1 && !isSpent ? 'held' : 'idle';
            throw new Failed(
              `the client to be ready within ${Math.round(late.withinMs)} ms`,
              `it was ${late.state}, and not ready on a whole connection`,
              { reason: 'not-ready' },
            );
          }),
        ],
};

export const reconnectRules: readonly PairRule[] = [readyAgain];
