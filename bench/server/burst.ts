// A burst: fifty members say something at once, and everyone in the room gets all of it.
import type { Row } from '../bench.ts';
import { median } from '../measure.ts';
import { type Bed, connect, labels, withServers } from './bed.ts';
import type { ServerName } from './programs.ts';

const SENDERS = 50;
const AIM = 6;
/** Rounds that are not counted. */
const WARM_UP = 1;

type Times = Map<ServerName, number[]>;

export async function burstRows(
  bed: Bed,
  { members, messages }: { readonly members: number; readonly messages: number },
): Promise<readonly Row[]> {
  const names: readonly ServerName[] = ['wirepact', ...bed.sizes.peers];
  const [cpu, wall]: [Times, Times] = [new Map(), new Map()];
  const note = (times: Times, name: ServerName, ms: number) => times.set(name, [...(times.get(name) ?? []), ms]);
  await withServers(bed, names, async (servers, crowd) => {
    for (const server of servers) await connect(crowd, server, { rooms: 1, members });
    for (let round = 0; round < WARM_UP + bed.sizes.rounds; round += 1) {
      // Each goes first as often.
      for (const { name, load, process } of round % 2 === 0 ? servers : [...servers].reverse()) {
        const before = await process.ask('usage', null);
        const senders = { senders: SENDERS, first: round * SENDERS };
        const { ms } = await crowd.ask('burst', { name, say: load.say, messages, ...senders });
        const used = (await process.ask('usage', null)) - before;
        if (round < WARM_UP) continue;
        note(cpu, name, used);
        note(wall, name, ms);
      }
    }
  });
  const rate = (times: Times, name: ServerName) => (members * messages) / (median(times.get(name) ?? []) / 1000);
  const row = (what: string, times: Times, peer: ServerName, aim: number | null): Row => {
    const [own, other] = [rate(times, 'wirepact'), rate(times, peer)];
    return {
      name: `burst ${members} x ${messages}, deliveries a second${what}`,
      measured: thousands(own),
      peer: `${labels[peer]} ${thousands(other)}`,
      ratio: own / other,
      aim: aim === null ? '-' : `>= ${aim.toFixed(1)} x`,
      met: aim === null || own / other >= aim,
    };
  };
  return bed.sizes.peers.flatMap((peer) => [
    // Of processor time, since what else runs does not change that.
    row(' of CPU', cpu, peer, peer === 'ws-loop' ? AIM : null),
    row('', wall, peer, null),
  ]);
}

const thousands = (count: number): string => `${Math.round(count / 1000)} k`;
