// Servers and a crowd for the time of one measurement, each in a process of its own.
import type { Asked } from './ask.ts';
import type { Client, CrowdQuestions, ServerQuestions } from './crowd-questions.ts';
import type { Programs, ServerName } from './programs.ts';
import { type ContractLoad, type Load, peerLoad, SIZE } from './shapes.ts';
import type { PeerName, ServerSizes } from './sizes.ts';

export const labels: { readonly [name in ServerName]: string } = {
  wirepact: 'wirepact',
  'ws-loop': 'ws loop',
  socketio: 'socket.io',
};

const json = (type: string, fields: object): string => JSON.stringify({ type, ...fields });
const peerLoads: { readonly [name in PeerName]: Load } = {
  'ws-loop': peerLoad(json, '/?'),
  socketio: {
    ...peerLoad((type, fields) => `42${JSON.stringify([type, fields])}`, '/socket.io/?EIO=4&transport=websocket&'),
    // The namespace is connected to by a message of its own.
    hello: () => ['40'],
  },
};

export interface Served {
  readonly name: ServerName;
  readonly load: Load;
  readonly process: Asked<ServerQuestions>;
  readonly port: number;
  readonly tokens: readonly string[];
}

export interface Bed {
  readonly programs: Programs;
  readonly sizes: ServerSizes;
  /** What the contract's own server is loaded with; its peers have theirs. */
  readonly load: ContractLoad;
}

// Where heartbeats are not what is measured, none come: a crowd that a busy machine holds up must not be cut off.
const RARE = 20;

/** Stops them all when the work is done. @param timeScale multiplies the times of heartbeats */
export async function withServers<T>(
  { programs, load }: Bed,
  names: readonly ServerName[],
  work: (servers: readonly Served[], crowd: Asked<CrowdQuestions>) => Promise<T>,
  timeScale = RARE,
): Promise<T> {
  const running: Asked<ServerQuestions>[] = [];
  const crowd = await programs.crowd();
  try {
    const servers: Served[] = [];
    for (const name of names) {
      const process = await programs.server(name);
      running.push(process);
      const { port, tokens } = await process.ask('start', { channel: load.channel, timeScale });
      servers.push({ name, load: name === 'wirepact' ? load : peerLoads[name], process, port, tokens });
    }
    return await work(servers, crowd);
  } finally {
    await Promise.all([crowd, ...running].map((one) => one.stop()));
  }
}

/** {@link withServers} with one server. */
export const withServer = <T>(
  bed: Bed,
  name: ServerName,
  work: (server: Served, crowd: Asked<CrowdQuestions>) => Promise<T>,
  timeScale = RARE,
): Promise<T> => withServers(bed, [name], ([server], crowd) => work(server!, crowd), timeScale);

/** Connects so many members to each of so many rooms. Throws where somebody does not stay. */
export async function connect(
  crowd: Asked<CrowdQuestions>,
  { name, load, port, tokens }: Served,
  { rooms, members, joins = true }: { readonly rooms: number; readonly members: number; readonly joins?: boolean },
): Promise<void> {
  const clients: Client[] = Array.from({ length: rooms * members }, (_, index) => {
    const room = index % rooms;
    // Different users in a room, as far as there are.
    const token = tokens[Math.floor(index / rooms) % tokens.length] ?? '';
    return { path: load.path(room, token), hello: joins ? load.hello(room) : [], room };
  });
  // Whatever is smaller is no message to a room.
  const least = SIZE * 0.75;
  await crowd.ask('connect', { name, host: '127.0.0.1', port, clients, least });
}
