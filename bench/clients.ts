// Measures the generated client against the libraries of the field: size, rate, and what they do when a connection fails.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench, Row } from './bench.ts';
import { peers, programFor, sizeOf } from './clients/bundle.ts';
import type { MeasureName } from './clients/measures.ts';
import { median, root, runCommand } from './measure.ts';
import { withFolder } from './with-folder.ts';

interface Figure {
  readonly name: string;
  readonly aim: string;
  readonly limit: number;
  show(value: number): string;
}

const seconds = (ms: number): string => (Number.isFinite(ms) ? `${(ms / 1000).toFixed(1)} s` : 'never');
const figures: { readonly [name in Exclude<MeasureName, 'rate'>]: Figure } = {
  flap: { name: 'attempts a minute, flapping server', aim: '<= 4', limit: 4, show: (value) => value.toFixed(1) },
  herd: {
    name: 'herd of 1,000 after 1012, in 100 ms',
    aim: '<= 4 %',
    limit: 0.04,
    show: (share) => `${(share * 100).toFixed(1)} %`,
  },
  wake: { name: 'new connection after an hour asleep', aim: '<= 5.0 s', limit: 5000, show: seconds },
  'half-open': { name: 'half-open connection found', aim: '<= 40.0 s', limit: 40_000, show: seconds },
  memory: {
    name: 'heap a reconnect, over 10,000',
    aim: '<= 16 B',
    limit: 16,
    show: (bytes) => `${bytes.toFixed(1)} B`,
  },
};
const coreBytes = 4608;
const leastRate = 0.7;

export const benchClients: Bench = async ({ rounds, clientPeers = Object.keys(peers) }) => {
  await installPeers(clientPeers);
  return withFolder(async (folder) => [
    ...(await sizes(clientPeers)),
    ...(await rates(folder, clientPeers, Math.min(rounds, 3))),
    ...(await behaviours(folder, clientPeers)),
  ]);
};

/** The peers are no part of the package; they are installed when they are first compared with. */
async function installPeers(names: readonly string[]): Promise<void> {
  const missing = names.some((name) => !existsSync(join(root, 'bench/node_modules', name)));
  if (missing) await runCommand(['npm', 'ci', '--no-audit', '--no-fund', '--ignore-scripts'], [0], join(root, 'bench'));
}

async function sizes(names: readonly string[]): Promise<readonly Row[]> {
  const own = await sizeOf(`export { createClient } from '../runtime/client/index.ts';`);
  return compare('client core, min + gzip', own, names, {
    aim: `<= ${coreBytes} B`,
    met: own <= coreBytes,
    show: (bytes) => `${bytes} B`,
    of: (name) => sizeOf(peers[name as keyof typeof peers]),
  });
}

async function rates(folder: string, names: readonly string[], rounds: number): Promise<readonly Row[]> {
  const socket = await ratesOf('socket-rate', folder, names, rounds);
  const alone = await ratesOf('rate', folder, names, rounds);
  return [
    ...(await compare('inbound messages a second, of a socket', socket.own, ['bare', ...names], {
      aim: `>= ${leastRate} x bare`,
      met: socket.own / socket.of('bare') >= leastRate,
      show: inThousands,
      of: async (name) => socket.of(name),
    })),
    ...(await compare('the same without what the socket takes', alone.own, ['bare', ...names], {
      aim: 'none',
      met: true,
      show: inThousands,
      of: async (name) => alone.of(name),
    })),
  ];
}

const inThousands = (value: number): string => `${Math.round(value / 1000)} k`;

interface Rates {
  readonly own: number;
  of(name: string): number;
}

async function ratesOf(
  measured: 'rate' | 'socket-rate',
  folder: string,
  names: readonly string[],
  rounds: number,
): Promise<Rates> {
  const all = ['wirepact', 'bare', ...names];
  const values = new Map(all.map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round += 1)
    for (const name of all) values.get(name)?.push(await measure(folder, name, measured, 7 * rounds));
  const of = (name: string): number => median(values.get(name) ?? []);
  return { own: of('wirepact'), of };
}

async function behaviours(folder: string, names: readonly string[]): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const [name, figure] of Object.entries(figures)) {
    const own = await measure(folder, 'wirepact', name);
    const { aim, show } = figure;
    const of = (peer: string): Promise<number> => measure(folder, peer, name);
    rows.push(...(await compare(figure.name, own, names, { aim, met: own <= figure.limit, show, of })));
  }
  return rows;
}

interface Comparison {
  readonly aim: string;
  readonly met: boolean;
  show(value: number): string;
  of(peer: string): Promise<number>;
}

/** One row with the aim, where there is no peer, or one a peer. */
async function compare(
  name: string,
  own: number,
  names: readonly string[],
  { aim, met, show, of }: Comparison,
): Promise<readonly Row[]> {
  if (names.length === 0) return [{ name, measured: show(own), peer: 'none', ratio: 1, aim, met }];
  const rows: Row[] = [];
  for (const peer of names) {
    const value = await of(peer);
    rows.push({ name, measured: show(own), peer: `${peer} ${show(value)}`, ratio: own / value, aim, met });
  }
  return rows;
}

async function measure(folder: string, peer: string, name: string, rounds = 1): Promise<number> {
  const program = join(folder, `${peer}-${name}.mjs`);
  writeFileSync(program, await programFor(peer, name, rounds));
  const output = await runCommand([process.execPath, '--expose-gc', program]);
  const value = /^measured (.+)$/m.exec(output)?.[1];
  if (value === undefined) throw new Error(`${peer} printed no ${name}: ${output.slice(-200)}`);
  return value === 'never' ? Number.POSITIVE_INFINITY : Number(value);
}
