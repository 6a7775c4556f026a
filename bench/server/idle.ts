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

interface Case {
  readonly what: string;
  readonly name: ServerName;
  readonly joins: boolean;
}

const cases: readonly Case[] = [
  { what: 'ws', name: 'ws-loop', joins: false },
  { what: 'connected', name: 'wirepact', joins: false },
  { what: 'in a room', name: 'wirepact', joins: true },
];

export async function idleRows(bed: Bed): Promise<readonly Row[]> {
  const taken = new Map<Case, Memory[]>(cases.map((one) => [one, []]));
  for (let round = 0; round < Math.min(MOST_ROUNDS, bed.sizes.rounds); round += 1) {
    for (const one of cases) taken.get(one)?.push(await memoryOf(bed, one));
  }
  const of = (one: Case | undefined, kind: keyof Memory): number =>
    median((one ? taken.get(one) : undefined)?.map((memory) => memory[kind]) ?? []);
  const [bare, ...own] = cases;
  return own.flatMap((one) =>
    (['rss', 'heap'] as const).map((kind) => {
      const [measured, peer] = [of(one, kind), of(bare, kind)];
      return {
        name: `memory a connection, ${one.what}, ${kind === 'rss' ? 'resident' : 'heap'}`,
        measured: `${Math.round(measured)} B`,
        peer: `ws ${Math.round(peer)} B`,
        ratio: measured / peer,
        aim: `<= ${AIM} x`,
        met: measured / peer <= AIM,
      };
    }),
  );
}

/** Bytes a connection, in a new process. */
const memoryOf = (bed: Bed, { name, joins }: Case): Promise<Memory> =>
  withServer(bed, name, async (server, crowd) => {
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
