// Measures the server beside a loop on `ws` and beside socket.io: processor time of bursts, latency of single messages, many
// rooms with heartbeats, and memory a connection.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contract } from '../scripts/model.ts';
import type { Bench, Row } from './bench.ts';
import { median, root, runCommand } from './measure.ts';
import type { Asked } from './server/ask.ts';
import type { Client, CrowdQuestions, ServerQuestions } from './server/crowd-questions.ts';
import { buildPrograms, type Programs, type ServerName } from './server/programs.ts';
import { type ContractLoad, type Load, peerLoad, roomsLoad, SIZE, sequencedLoad } from './server/shapes.ts';
import { withFolder } from './with-folder.ts';

/** How large the loads are. */
export interface ServerSizes {
  /** Members of one room, and messages that they get in a burst. */
  readonly bursts: readonly { readonly members: number; readonly messages: number }[];
  readonly rounds: number;
  readonly single: { readonly members: number; readonly messages: number };
  readonly idle: number;
  readonly rooms: { readonly rooms: number; readonly members: number; readonly perSecond: number };
}

const full: ServerSizes = {
  bursts: [
    { members: 500, messages: 400 },
    { members: 5000, messages: 40 },
  ],
  rounds: 7,
  single: { members: 500, messages: 30 },
  idle: 8000,
  rooms: { rooms: 1000, members: 15, perSecond: 1000 },
};

const SENDERS = 50;
/** The contract's heartbeats, shortened so that everyone has some of them within the measurement. */
const ROOMS_SCALE = 1 / 3;
const ROOMS_MS = 12_000;

const peerNames = ['ws-loop', 'socketio'] as const;
const labels = { wirepact: 'wirepact', 'ws-loop': 'ws loop', socketio: 'socket.io' } as const;

const json = (type: string, fields: object): string => JSON.stringify({ type, ...fields });
const peerLoads: { readonly [name in (typeof peerNames)[number]]: Load } = {
  'ws-loop': peerLoad(json, '/?'),
  socketio: {
    ...peerLoad((type, fields) => `42${JSON.stringify([type, fields])}`, '/socket.io/?EIO=4&transport=websocket&'),
    // The namespace is connected to by a message of its own.
    hello: () => ['40'],
  },
};

interface Served {
  readonly name: ServerName;
  readonly load: Load;
  readonly process: Asked<ServerQuestions>;
  readonly port: number;
  readonly tokens: readonly string[];
}

interface Bed {
  readonly programs: Programs;
  readonly sizes: ServerSizes;
  readonly sequenced: ContractLoad;
  readonly rooms: ContractLoad;
}

export const benchServer: Bench = ({ server: sizes = full }) =>
  withFolder(async (folder) => {
    await installPeers();
    const contract = JSON.parse(readFileSync(join(root, 'generated/model.json'), 'utf8')) as Contract;
    const programs = await buildPrograms(folder);
    const bed = { programs, sizes, sequenced: sequencedLoad(contract), rooms: roomsLoad(contract) };
    const rows: Row[] = [];
    for (const burst of sizes.bursts) rows.push(...(await bursts(bed, burst)));
    rows.push(...(await singles(bed)), ...(await idle(bed)), ...(await manyRooms(bed)));
    return rows;
  });

async function installPeers(): Promise<void> {
  if (existsSync(join(root, 'bench/node_modules/socket.io'))) return;
  await runCommand(['npm', 'ci', '--no-audit', '--no-fund', '--ignore-scripts'], [0], join(root, 'bench'));
}

/** Starts servers and a crowd for the time of the work. */
async function withServers<T>(
  { programs }: Bed,
  names: readonly ServerName[],
  own: ContractLoad,
  work: (servers: readonly Served[], crowd: Asked<CrowdQuestions>) => Promise<T>,
  timeScale = 1,
): Promise<T> {
  const running: Asked<ServerQuestions>[] = [];
  const crowd = await programs.crowd();
  try {
    const servers: Served[] = [];
    for (const name of names) {
      const process = await programs.server(name);
      running.push(process);
      const { port, tokens } = await process.ask('start', { channel: own.channel, timeScale });
      servers.push({ name, load: name === 'wirepact' ? own : peerLoads[name], process, port, tokens });
    }
    return await work(servers, crowd);
  } finally {
    await Promise.all([crowd, ...running].map((one) => one.stop()));
  }
}

async function connect(
  crowd: Asked<CrowdQuestions>,
  { name, load, port, tokens }: Served,
  rooms: number,
  members: number,
): Promise<void> {
  const clients: Client[] = Array.from({ length: rooms * members }, (_, index) => {
    const room = index % rooms;
    // Different users in a room, as far as there are.
    const token = tokens[Math.floor(index / rooms) % tokens.length] ?? '';
    return { path: load.path(room, token), hello: load.hello(room), room };
  });
  const connected = await crowd.ask('connect', { name, host: '127.0.0.1', port, clients, least: SIZE * 0.75 });
  if (connected !== clients.length) throw new Error(`${name} holds ${connected} of ${clients.length} connections.`);
}

const k = (count: number): string => `${Math.round(count / 1000)} k`;

async function bursts(bed: Bed, { members, messages }: { members: number; messages: number }): Promise<readonly Row[]> {
  const names = ['wirepact', ...peerNames] as const;
  const deliveries = members * messages;
  return withServers(bed, names, bed.sequenced, async (servers, crowd) => {
    for (const server of servers) await connect(crowd, server, 1, members);
    const cpu = new Map<ServerName, number[]>(names.map((name) => [name, []]));
    const wall = new Map<ServerName, number[]>(names.map((name) => [name, []]));
    // The first two rounds warm up.
    for (let round = -2; round < bed.sizes.rounds; round += 1) {
      for (const { name, load, process } of servers) {
        const before = await process.ask('usage', null);
        const first = (round + 2) * SENDERS;
        const { ms } = await crowd.ask('burst', { name, say: load.say, messages, senders: SENDERS, first });
        const used = (await process.ask('usage', null)) - before;
        if (round < 0) continue;
        cpu.get(name)?.push(used);
        wall.get(name)?.push(ms);
      }
    }
    const rate = (times: Map<ServerName, number[]>, name: ServerName) =>
      deliveries / (median(times.get(name) ?? []) / 1000);
    const row = (what: string, times: Map<ServerName, number[]>, peer: ServerName, aim: number | null): Row => {
      const ratio = rate(times, 'wirepact') / rate(times, peer);
      return {
        name: `burst ${members} x ${messages}, ${what}`,
        measured: k(rate(times, 'wirepact')),
        peer: `${labels[peer]} ${k(rate(times, peer))}`,
        ratio,
        aim: aim === null ? '-' : `>= ${aim.toFixed(1)} x`,
        met: aim === null || ratio >= aim,
      };
    };
    return [
      row('deliveries a second of CPU', cpu, 'ws-loop', 6),
      row('deliveries a second of CPU', cpu, 'socketio', null),
      row('deliveries a second', wall, 'ws-loop', null),
    ];
  });
}

async function singles(bed: Bed): Promise<readonly Row[]> {
  const { members, messages } = bed.sizes.single;
  return withServers(bed, ['wirepact', 'ws-loop'], bed.sequenced, async (servers, crowd) => {
    for (const server of servers) await connect(crowd, server, 1, members);
    const latencies = new Map<ServerName, number[][]>(servers.map(({ name }) => [name, []]));
    for (let round = -2; round < bed.sizes.rounds; round += 1) {
      for (const { name, load } of servers) {
        const first = (round + 2) * messages;
        const taken = await crowd.ask('single', { name, say: load.say, messages, first });
        if (round >= 0) latencies.get(name)?.push([...taken.latencies].sort((a, b) => a - b));
      }
    }
    // The median of the rounds: of a busy machine, one round tells of what else runs.
    const quantile = (name: ServerName, part: number): number =>
      median((latencies.get(name) ?? []).map((sorted) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN));
    const row = (what: string, part: number, aim: number): Row => {
      const [own, peer] = [quantile('wirepact', part), quantile('ws-loop', part)];
      return {
        name: `one message at a time to ${members}, ${what}`,
        measured: `${own.toFixed(2)} ms`,
        peer: `ws loop ${peer.toFixed(2)} ms`,
        ratio: own / peer,
        aim: `<= ${aim.toFixed(1)} x`,
        met: own / peer <= aim,
      };
    };
    return [row('median', 0.5, 1), row('99th percentile', 0.99, 1.2)];
  });
}

async function idle(bed: Bed): Promise<readonly Row[]> {
  const count = bed.sizes.idle;
  const perConnection = (name: ServerName) =>
    withServers(bed, [name], bed.sequenced, async ([server], crowd) => {
      const { process } = server!;
      // A first crowd warms up what is no connection's own.
      await connect(crowd, server!, 1, Math.min(500, count));
      await crowd.ask('disconnect', { name });
      const before = await process.ask('memory', null);
      await connect(crowd, server!, 100, Math.floor(count / 100));
      const after = await process.ask('memory', null);
      const each = Math.floor(count / 100) * 100;
      return { rss: (after.rss - before.rss) / each, heap: (after.heap - before.heap) / each };
    });
  const own = await perConnection('wirepact');
  const peer = await perConnection('ws-loop');
  const row = (what: string, kind: 'rss' | 'heap'): Row => ({
    name: `memory an idle connection, ${what}`,
    measured: `${Math.round(own[kind])} B`,
    peer: `ws ${Math.round(peer[kind])} B`,
    ratio: own[kind] / peer[kind],
    aim: '<= 1.25 x',
    met: own[kind] / peer[kind] <= 1.25,
  });
  return [row('resident', 'rss'), row('heap', 'heap')];
}

async function manyRooms(bed: Bed): Promise<readonly Row[]> {
  const { rooms, members, perSecond } = bed.sizes.rooms;
  const measure = (name: ServerName) =>
    withServers(
      bed,
      [name],
      bed.rooms,
      async ([server], crowd) => {
        const { process, load } = server!;
        await connect(crowd, server!, rooms, members);
        const before = await process.ask('usage', null);
        const pingEveryMs = 30_000 * ROOMS_SCALE;
        const { say, ping } = load;
        const taken = await crowd.ask('rooms', { name, say, ping, rooms, perSecond, forMs: ROOMS_MS, pingEveryMs });
        return { ...taken, cpu: (await process.ask('usage', null)) - before };
      },
      ROOMS_SCALE,
    );
  const own = await measure('wirepact');
  const peer = await measure('ws-loop');
  const what = `${rooms} rooms of ${members}`;
  const compared = (name: string, kind: 'cpu' | 'medianMs' | 'p99Ms'): Row => ({
    name: `${what}, ${name}`,
    measured: `${own[kind].toFixed(1)} ms`,
    peer: `ws loop ${peer[kind].toFixed(1)} ms`,
    ratio: own[kind] / peer[kind],
    aim: '-',
    met: true,
  });
  const isServed =
    own.gone === 0 && own.unpinged === 0 && own.delivered === own.expected && own.pongs >= own.pinged && own.pinged > 0;
  const trouble = `${own.gone} ended, ${own.unpinged} without ping, ${own.delivered} of ${own.expected} delivered, ${own.pongs} of ${own.pinged} pongs`;
  const connections = rooms * members;
  return [
    {
      name: 'connections with heartbeats, one process',
      measured: isServed ? `${connections} served` : trouble,
      peer: 'none',
      ratio: 1,
      aim: 'all served',
      met: isServed,
    },
    compared('CPU of chat and heartbeats', 'cpu'),
    compared('delivery, median', 'medianMs'),
    compared('delivery, 99th percentile', 'p99Ms'),
  ];
}
