// Many rooms of a few members each, as games have them: chat here and there, and heartbeats from both sides.
import type { Row } from '../bench.ts';
import { type Bed, connect, withServer } from './bed.ts';
import type { CrowdQuestions } from './crowd-questions.ts';
import type { ServerName } from './programs.ts';

// How often clients send their heartbeats, before it is scaled.
const PING_MS = 30_000;

type Taken = CrowdQuestions['rooms']['answer'] & { readonly cpu: number };

export async function roomsRows(bed: Bed): Promise<readonly Row[]> {
  const { rooms, members } = bed.sizes.rooms;
  const [own, peer] = [await measure(bed, 'wirepact'), await measure(bed, 'ws-loop')];
  const compared = (what: string, kind: 'cpu' | 'medianMs' | 'p99Ms'): Row => ({
    name: `${rooms} rooms of ${members}, ${what}`,
    measured: `${own[kind].toFixed(1)} ms`,
    peer: `ws loop ${peer[kind].toFixed(1)} ms`,
    ratio: own[kind] / peer[kind],
    aim: '-',
    met: true,
  });
  const faults = faultsOf(own);
  return [
    {
      name: 'connections with heartbeats in one process',
      measured: faults.length === 0 ? `${rooms * members}` : faults.join(', '),
      peer: 'none',
      ratio: 1,
      aim: 'all served',
      met: faults.length === 0,
    },
    compared('CPU of chat and heartbeats', 'cpu'),
    compared('delivery, median', 'medianMs'),
    compared('delivery, 99th percentile', 'p99Ms'),
  ];
}

/** What was missing of full service. */
function faultsOf({ gone, unpinged, delivered, expected, pongs, pinged }: Taken): readonly string[] {
  return [
    ...(gone > 0 ? [`${gone} ended`] : []),
    ...(unpinged > 0 ? [`${unpinged} without a ping`] : []),
    ...(delivered !== expected || expected === 0 ? [`${delivered} of ${expected} delivered`] : []),
    ...(pongs < pinged || pinged === 0 ? [`${pongs} of ${pinged} answered`] : []),
  ];
}

const measure = (bed: Bed, name: ServerName): Promise<Taken> => {
  const { rooms, members, perSecond, forMs, timeScale } = bed.sizes.rooms;
  return withServer(
    bed,
    name,
    async (server, crowd) => {
      await connect(crowd, server, { rooms, members });
      const before = await server.process.ask('usage', null);
      const { say, ping } = server.load;
      const pingEveryMs = PING_MS * timeScale;
      const taken = await crowd.ask('rooms', { name, say, ping, rooms, perSecond, forMs, pingEveryMs });
      return { ...taken, cpu: (await server.process.ask('usage', null)) - before };
    },
    timeScale,
  );
};
