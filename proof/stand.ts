// A server to be judged, with or without a fault, in this process: the bundled one, for its contract or the renamed one.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contractChannels } from '../cli/contract-channels.ts';
import { parseTarget } from '../conformance/target/read-target.ts';
import type { Target } from '../conformance/target/target.ts';
import type { Fault } from '../faults/index.ts';
import { channels, developmentSecret, findUser } from '../reference-server/index.ts';
import {
  type BoundChannel,
  type ChannelTable,
  type Clock,
  type ContractServer,
  createServer,
  jwtVerifier,
  startControl,
} from '../runtime/server/index.ts';
import type { Contract } from '../scripts/model.ts';
import { parseContract } from '../scripts/parse/load.ts';
import { renamed } from '../scripts/rename/names.ts';
import { renameContractText } from '../scripts/rename/rename-contract.ts';
import { renamedChannels } from './renamed-reference.ts';

export const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'reference-server');

export interface Standing {
  readonly url: string;
  readonly controlUrl: string | null;
  readonly server: ContractServer;
  close(): Promise<void>;
}

export interface StandOptions {
  readonly fault?: Fault | null;
  readonly clock?: Clock;
  /** @default 1 */
  readonly timeScale?: number;
  /** Opens the door for the suite's hooks. @default false */
  readonly control?: boolean;
}

export interface Stand {
  readonly name: 'bundled' | 'renamed';
  readonly contract: Contract;
  readonly tables: readonly ChannelTable[];
  start(options?: StandOptions): Promise<Standing>;
  /** What the target file says, for a server in this process. */
  target(standing: Pick<Standing, 'url' | 'controlUrl'>, timeScale: number): Promise<Target>;
}

const stand = (name: Stand['name'], contract: Contract, bound: readonly BoundChannel[]): Stand => {
  const start: Stand['start'] = async ({ fault = null, clock, timeScale, control = false } = {}) => {
    const now = clock?.now;
    const server = createServer({
      channels: bound,
      verifier: jwtVerifier({ secret: developmentSecret, findUser, ...(now && { now }) }),
      log: () => {},
      ...(clock && { clock }),
      ...(timeScale !== undefined && { timeScale }),
      ...(fault && { decorate: fault.apply }),
    });
    await server.listen();
    const door = control ? await startControl({ server, port: 0, nonce: null }) : null;
    const close = async (): Promise<void> => {
      await door?.close();
      await server.close();
    };
    return { url: server.url, controlUrl: door?.url ?? null, server, close };
  };
  const target: Stand['target'] = async ({ url, controlUrl }, timeScale) => {
    const text = readFileSync(join(folder, 'target.yaml'), 'utf8');
    const { start: _start, identity: _identity, ...read } = await parseTarget(text, 'target.yaml', folder);
    const hook = { http: `${controlUrl}/control`, method: 'POST', headers: {} } as const;
    const plain: Target = {
      ...read,
      url,
      timeScale,
      run: { ...read.run, parallel: 24 },
      hooks: controlUrl === null ? {} : { publish: hook, drop: hook, 'expire-token': hook, restart: hook },
    };
    return name === 'bundled' ? plain : renamedTarget(plain);
  };
  return { name, contract, tables: bound.map((channel) => channel.contract.table), start, target };
};

/** The same people and rooms, under the names of the renamed contract. */
const renamedTarget = (target: Target): Target => ({
  ...target,
  users: target.users.map((user) => ({ ...user, roles: user.roles.map(renamed) })),
  channels: Object.fromEntries(
    Object.entries(target.channels).map(([channel, fixtures]) => [
      renamed(channel),
      {
        ...fixtures,
        ...(fixtures.rooms && {
          rooms: fixtures.rooms.map((room) => ({
            ...room,
            roles: Object.fromEntries(Object.entries(room.roles).map(([role, user]) => [renamed(role), user])),
          })),
        }),
      },
    ]),
  ),
});

/** @param contract @default that of asyncapi.yaml */
export const bundledStand = (contract: Contract = parseContract(join(root, 'asyncapi.yaml'))): Stand => {
  const bound = contract.channels.map(({ name }) => channels.find((one) => one.contract.table.name === name)!);
  return stand('bundled', contract, bound);
};

export const renamedStand = (): Stand => {
  const own = mkdtempSync(join(tmpdir(), 'renamed-contract-'));
  try {
    const path = join(own, 'asyncapi.yaml');
    writeFileSync(path, renameContractText(readFileSync(join(root, 'asyncapi.yaml'), 'utf8')));
    const contract = parseContract(path);
    return stand('renamed', contract, renamedChannels(contractChannels(contract)));
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
};
