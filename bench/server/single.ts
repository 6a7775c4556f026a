// One message at a time: how long it takes to each member.
import type { Row } from '../bench.ts';
import { median } from '../measure.ts';
import { type Bed, connect, withServers } from './bed.ts';
import type { ServerName } from './programs.ts';

const WARM_UP = 1;
const aims = [
  { what: 'median', part: 0.5, aim: 1 },
  { what: '99th percentile', part: 0.99, aim: 1.2 },
] as const;

export async function singleRows(bed: Bed): Promise<readonly Row[]> {
  const { members, messages } = bed.sizes.single;
  /** Latencies of each round, ascending. */
  const rounds = new Map<ServerName, number[][]>();
  await withServers(bed, ['wirepact', 'ws-loop'], async (servers, crowd) => {
    for (const server of servers) await connect(crowd, server, { rooms: 1, members });
    for (let round = 0; round < WARM_UP + 2 * bed.sizes.rounds; round += 1) {
      for (const { name, load } of servers) {
        const { latencies } = await crowd.ask('single', { name, say: load.say, messages, first: round * messages });
        if (round < WARM_UP) continue;
        rounds.set(name, [...(rounds.get(name) ?? []), [...latencies].sort((a, b) => a - b)]);
      }
    }
  });
  // The median of the rounds: on a busy machine a round tells of what else runs.
  const quantile = (name: ServerName, part: number): number =>
    median((rounds.get(name) ?? []).map((sorted) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN));
  return aims.map(({ what, part, aim }) => {
    const [own, peer] = [quantile('wirepact', part), quantile('ws-loop', part)];
    return {
      name: `one message at a time to ${members}, ${what}`,
      measured: `${own.toFixed(2)} ms`,
      peer: `ws loop ${peer.toFixed(2)} ms`,
      ratio: own / peer,
      aim: `<= ${aim.toFixed(1)} x`,
      met: own / peer <= aim,
    };
  });
}
