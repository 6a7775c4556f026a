// One message at a time: how long it takes to each member.
import type { Row } from '../bench.ts';
import { median } from '../measure.ts';
import { type Bed, connect, withServers } from './bed.ts';
import type { ServerName } from './programs.ts';

const WARM_UP = 1;

export async function singleRows(bed: Bed): Promise<readonly Row[]> {
  const { members, messages } = bed.sizes.single;
  /** Latencies of each round, ascending. */
  const rounds = new Map<ServerName, number[][]>();
  const cpu = new Map<ServerName, number[]>();
  await withServers(bed, ['wirepact', 'ws-loop'], async (servers, crowd) => {
    for (const server of servers) await connect(crowd, server, { rooms: 1, members });
    for (let round = 0; round < WARM_UP + 2 * bed.sizes.rounds; round += 1) {
      // Each goes first as often.
      for (const { name, load, process } of round % 2 === 0 ? servers : [...servers].reverse()) {
        const before = await process.ask('usage', null);
        const { latencies } = await crowd.ask('single', { name, say: load.say, messages, first: round * messages });
        const used = (await process.ask('usage', null)) - before;
        if (round < WARM_UP) continue;
        cpu.set(name, [...(cpu.get(name) ?? []), used / messages]);
        rounds.set(name, [...(rounds.get(name) ?? []), [...latencies].sort((a, b) => a - b)]);
      }
    }
  });
  // The median of the rounds: on a busy machine a round tells of what else runs.
  const quantile = (name: ServerName, part: number): number =>
    median((rounds.get(name) ?? []).map((sorted) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN));
  const row = (what: string, aim: number, of: (name: ServerName) => number): Row => {
    const [own, peer] = [of('wirepact'), of('ws-loop')];
    return {
      name: `one message at a time to ${members}, ${what}`,
      measured: `${own.toFixed(2)} ms`,
      peer: `ws loop ${peer.toFixed(2)} ms`,
      ratio: own / peer,
      aim: `<= ${aim.toFixed(1)} x`,
      met: own / peer <= aim,
    };
  };
  return [
    row('CPU a message', 1, (name) => median(cpu.get(name) ?? [])),
    row('median', 1, (name) => quantile(name, 0.5)),
    row('99th percentile', 1.2, (name) => quantile(name, 0.99)),
  ];
}
