// `wirepact serve`: a running server for a contract, with what one needs to try it.
import type { Command } from 'commander';
import type { CommandContext } from './commands.ts';
import { documentPath } from './document.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import { countOf, type Io, paint } from './io.ts';
import { faultOf, listFaults } from './serve-fault.ts';
import type { Served } from './served.ts';
import { positive } from './test.ts';

export interface ServeOptions {
  readonly contract?: string;
  readonly port: number;
  readonly host: string;
  readonly engine: string;
  readonly timeScale: number;
  readonly control?: number;
  readonly fault?: string;
  readonly secret?: string;
  readonly quiet?: boolean;
}

export function addServe(program: Command, { io, exit }: CommandContext): void {
  program
    .command('serve')
    .description('run a server for a contract: the bundled one with its handlers, a mock for any other')
    .option('--contract <file>', 'the AsyncAPI document (default: asyncapi.yaml here)')
    .option('--port <number>', '0: any that is free', portNumber, 8787)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--engine <engine>', 'where rooms and histories are kept: memory, sqlite:FILE or redis:URL', 'memory')
    .option('--time-scale <number>', 'multiplies every duration of the contract', positive, 1)
    .option('--control <port>', 'opens a door for tests; on the port of the server itself: below /control', portNumber)
    .option('--fault <id>', 'breaks the contract in one way, to see the suite find it; list: what there is')
    .option('--secret <text>', 'key of the tokens (default: $WIREPACT_SECRET, else one that everybody knows)')
    .option('--quiet', 'print only the address')
    .addHelpText('after', examples)
    .action(async (options: ServeOptions) => {
      if (options.fault === 'list') {
        await listFaults(options, io);
        exit(exitCodes.ok);
        return;
      }
      const served = await start(options, io);
      await announce(served, options, io);
      await untilSignal();
      await served.close();
      exit(exitCodes.ok);
    });
}

const examples = `
Examples:
  wirepact serve                                     asyncapi.yaml here, on port 8787
  wirepact serve --contract api/chat.yaml --port 0   a mock of another contract, on any free port
  wirepact serve --time-scale 0.05 --control 8788    twenty times as fast, with a door for tests
  wirepact serve --engine sqlite:chat.db             histories that outlive the server
  wirepact serve --fault list                        the ways in which it can break the contract`;

/** Starts it. Throws a {@link UsageError} for whatever the user can mend. */
export async function start(options: ServeOptions, io: Io): Promise<Served> {
  const [{ parseContract }, { openEngine }, { startServed }] = await Promise.all([
    import('../scripts/parse/load.ts'),
    import('./engines.ts'),
    import('./served.ts'),
  ]);
  const contract = parseContract(documentPath(options.contract));
  const secret = options.secret ?? process.env.WIREPACT_SECRET;
  if (secret === '') throw new UsageError('The secret is empty. Give one by --secret or WIREPACT_SECRET, or neither.');
  if (secret === undefined) io.warn('No secret was given: tokens are signed with one that everybody knows.');
  const nonce = process.env.WIREPACT_NONCE;
  const { port, host, timeScale, control } = options;
  const decorate = options.fault === undefined ? undefined : await faultOf(options.fault, contract, io);
  const engine = await openEngine(options.engine);
  const starting = startServed({
    contract,
    port,
    host,
    engine,
    timeScale,
    ...(control !== undefined && { control }),
    ...(secret !== undefined && { secret }),
    ...(nonce !== undefined && nonce !== '' && { nonce }),
    ...(decorate && { decorate }),
  });
  // An engine that nobody serves from would keep the process alive.
  return await starting.catch(async (error: unknown) => {
    await engine.close();
    throw error;
  });
}

async function announce(served: Served, { quiet }: ServeOptions, io: Io): Promise<void> {
  const what = served.kind === 'bundled' ? 'bundled handlers' : 'mock';
  const channels = countOf(served.channels.length, 'channel');
  io.print(`${paint(io, 'green', 'listening')} on ${served.url} (${what}, ${channels})`);
  if (served.controlUrl !== null) io.print(`control at ${served.controlUrl}`);
  if (quiet === true) return;
  const { sampleUrl } = await import('./sample-url.ts');
  const [first, ...others] = served.channels;
  for (const user of first ? served.users : []) {
    io.print(`  ${user.name.padEnd(8)} ${await sampleUrl(served, first!, user)}`);
  }
  const [anyone] = served.users;
  for (const channel of anyone ? others : []) {
    io.print(
      `  ${paint(io, 'dim', channel.table.name)}\n  ${anyone!.name.padEnd(8)} ${await sampleUrl(served, channel, anyone!)}`,
    );
  }
}

/** Resolves at the first signal to end; a second one ends the process at once, as it does without us. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UsageError(`"${text}" is no port: a whole number from 0 to 65535.`);
}
