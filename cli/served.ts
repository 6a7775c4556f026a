// Starts what `wirepact serve` serves: the bundled handlers for the bundled contract, a mock for any other.
import { isDeepStrictEqual } from 'node:util';
import { channels, developmentSecret, makeToken, startReferenceServer, users } from '../reference-server/index.ts';
import { mockChannel, mockUsers, mockVerifier, opaqueToken } from '../runtime/mock/index.ts';
import {
  type Bounds,
  type ChannelContract,
  type ContractServer,
  type Control,
  type ControlOptions,
  controlHandler,
  createServer,
  type Engine,
  type Exposition,
  type Log,
  type Metrics,
  type SeamDecorator,
  startControl,
  type User,
} from '../runtime/server/index.ts';
import type { Contract } from '../scripts/model.ts';
import { contractChannels } from './contract-channels.ts';
import { UsageError } from './exit-codes.ts';

export interface ServedOptions {
  readonly contract: Contract;
  readonly port: number;
  readonly host: string;
  readonly engine: Engine;
  readonly timeScale: number;
  readonly control?: number;
  readonly secret?: string;
  readonly nonce?: string;
  readonly decorate?: SeamDecorator;
  readonly log?: Log;
  readonly metrics?: (Metrics & Exposition) | null;
  readonly bounds?: Bounds;
  /** @default where the contract allows it */
  readonly deflate?: boolean;
}

export interface Served {
  readonly kind: 'bundled' | 'mock';
  readonly url: string;
  readonly controlUrl: string | null;
  readonly users: readonly User[];
  readonly channels: readonly ChannelContract[];
  readonly server: ContractServer;
  token(user: User, channel: ChannelContract): Promise<string>;
  close(): Promise<void>;
}

/** Throws a {@link UsageError} where the generated code is older than the bundled contract. */
export function isBundled(contract: Contract, tables: readonly ChannelContract[]): boolean {
  const names = (list: readonly ChannelContract[]) => list.map(({ table }) => table.name);
  const bundled = channels.map(({ contract: own }) => own);
  if (!isDeepStrictEqual(new Set(names(tables)), new Set(names(bundled)))) return false;
  const isSame = tables.every(({ table }) => {
    const own = bundled.find((one) => one.table.name === table.name);
    return isDeepStrictEqual(JSON.parse(JSON.stringify(table)), JSON.parse(JSON.stringify(own?.table)));
  });
  if (isSame) return true;
  throw new UsageError(
    `The generated code is not what ${contract.document} gives. Run: wirepact generate, then start the server again.`,
  );
}

/** Rejects with a {@link UsageError} where a port is taken or may not be used. */
export async function startServed(options: ServedOptions): Promise<Served> {
  const tables = contractChannels(options.contract);
  try {
    return isBundled(options.contract, tables) ? await startBundled(options, tables) : await startMock(options, tables);
  } catch (error) {
    throw explainListening(error);
  }
}

const isSamePort = ({ port, control }: ServedOptions): boolean =>
  control !== undefined && port !== 0 && control === port;

async function startBundled(options: ServedOptions, tables: readonly ChannelContract[]): Promise<Served> {
  const { contract: _contract, control, ...rest } = options;
  const door = isSamePort(options) ? 'path' : control;
  const running = await startReferenceServer({ ...rest, ...(door !== undefined && { control: door }) });
  return {
    kind: 'bundled',
    url: running.url,
    controlUrl: running.control?.url ?? (door === 'path' ? controlPath(running.url) : null),
    users: users.slice(0, 9),
    channels: tables,
    server: running.server,
    token: (user) => makeToken(user, { secret: options.secret ?? developmentSecret }),
    close: running.close,
  };
}

async function startMock(options: ServedOptions, tables: readonly ChannelContract[]): Promise<Served> {
  const { contract, control, nonce = null, secret = developmentSecret, metrics = null } = options;
  const { log, bounds, deflate } = options;
  const people = mockUsers(tables.map(({ table }) => table));
  const bound = tables.map((table, index) => {
    const { serverMessages = [], clientMessages = [] } = contract.channels[index] ?? {};
    return mockChannel(table, serverMessages, clientMessages);
  });
  const onPath = isSamePort(options);
  const server: ContractServer = createServer({
    channels: bound,
    verifier: mockVerifier(people, secret),
    engine: options.engine,
    timeScale: options.timeScale,
    http: (request, response) =>
      onPath ? controlHandler({ server, nonce, metrics })(request, response) : Promise.resolve(false),
    ...(nonce !== null && { headers: { 'x-wirepact-nonce': nonce } }),
    ...(log && { log }),
    ...(metrics && { metrics }),
    ...(bounds && { bounds }),
    ...(deflate !== undefined && { deflate }),
    ...(options.decorate && { decorate: options.decorate }),
  });
  await server.listen({ port: options.port, host: options.host });
  const door = control === undefined || onPath ? null : await openDoor({ server, port: control, nonce, metrics });
  return {
    kind: 'mock',
    url: server.url,
    controlUrl: door?.url ?? (onPath ? controlPath(server.url) : null),
    // Guests are too many to list.
    users: people.filter(({ id, name }) => id !== name),
    channels: tables,
    server,
    token: async (user, { table: { auth } }) => {
      if (auth?.format === 'opaque') return opaqueToken(user);
      const algorithm = auth?.algorithms.find((one) => one.startsWith('HS'));
      return await makeToken(user, { secret, ...(algorithm !== undefined && { algorithm }) });
    },
    close: async () => {
      // Last, so that it says meanwhile that the server is not ready.
      await server.close();
      await door?.close();
    },
  };
}

/** Closes the server again where the door cannot be opened. */
async function openDoor(options: ControlOptions & { readonly server: ContractServer }): Promise<Control> {
  try {
    return await startControl(options);
  } catch (error) {
    await options.server.close();
    throw error;
  }
}

const controlPath = (url: string): string => `${url.replace(/^ws/, 'http')}/control`;

/** A {@link UsageError} where a port is taken or may not be used; any other error as it is. */
export function explainListening(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('port' in error)) return error;
  if (error.code === 'EADDRINUSE') {
    return new UsageError(`Port ${error.port} is in use. Give another one, or 0 for any that is free.`);
  }
  if (error.code === 'EACCES')
    return new UsageError(`Port ${error.port} may not be used by this user. Give one above 1023.`);
  return error;
}
