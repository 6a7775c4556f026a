// The memory that an idle connection takes of its process.
import type { Row } from '../bench.ts';
import { median } from '../measure.ts';
import { type Bed, connect, withServer } from './bed.ts';
import type { ServerName } from './programs.ts';

const AIM = 1.25;
const ROOMS = 20;
const MOST_ROUNDS = 3;
// What a process holds once, however many connect, as its garbage collector's room: so many come and go first.
const WARM_UP = { members: 500, times: 4 };

interface Memory {
  readonly rss: number;
  readonly heap: number;
}

// So large is the part of the heap that new objects are made in, from the start: a server under load has it so large
// soon, and its growth would be counted as the connections'.
const NURSERY = ['--min-semi-space-size=16', '--max-semi-space-size=16'];

interface Case {
  readonly what: string;
  /** Whether each has sent something, and got an answer: that alone costs memory, whatever the server does of it. */
  readonly speaks: boolean;
}

const cases: readonly Case[] = [
  { what: 'connected', speaks: false },
  { what: 'in a room', speaks: true },
];
const names = ['wirepact', 'ws-loop'] as const;

export async function idleRows(bed: Bed): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { what, speaks } of cases) {
    const taken: { readonly [N in (typeof names)[number]]: Memory[] } = { wirepact: [], 'ws-loop': [] };
    for (let round = 0; round < Math.min(MOST_ROUNDS, bed.sizes.rounds); round += 1) {
      for (const name of names) taken[name].push(await memoryOf(bed, name, speaks));
    }
    for (const kind of ['rss', 'heap'] as const) {
      const [measured, peer] = names.map((name) => median(taken[name].map((memory) => memory[kind]))) as [
        number,
        number,
      ];
      rows.push({
        name: `memory a connection, ${what}, ${kind === 'rss' ? 'resident' : 'heap'}`,
        measured: `${Math.round(measured)} B`,
        peer: `ws ${Math.round(peer)} B`,
        ratio: measured / peer,
        aim: `<= ${AIM} x`,
        met: measured / peer <= AIM,
      });
    }
  }
  return rows;
}

/** Bytes a connection, in a new process. */
const memoryOf = ({ programs, sizes, load }: Bed, name: ServerName, joins: boolean): Promise<Memory> => {
  const bed: Bed = { programs: { ...programs, server: (one) => programs.server(one, NURSERY) }, sizes, load };
  return withServer(bed, name, async (server, crowd) => {
    const members = Math.ceil(bed.sizes.idle / ROOMS);
    for (let time = 0; time < WARM_UP.times; time += 1) {
      await connect(crowd, server, { rooms: 1, members: Math.min(WARM_UP.members, members), joins });
      await crowd.ask('disconnect', { name });
    }
    const before = await server.process.ask('memory', null);
    await connect(crowd, server, { rooms: ROOMS, members, joins });
    const after = await server.process.ask('memory', null);
    const count = ROOMS * members;
    return { rss: (after.rss - before.rss) / count, heap: (after.heap - before.heap) / count };
  });
};
