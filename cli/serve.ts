// `wirepact serve`: a running server for a contract, with what one needs to try it.
import type { Command } from 'commander';
import type { Engine } from '../runtime/server/index.ts';
import type { Contract } from '../scripts/model.ts';
import type { CommandContext } from './commands.ts';
import type { ConsoleServer } from './console/console-server.ts';
import { documentPath } from './document.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import { countOf, type Io, paint } from './io.ts';
import { faultOf, listFaults } from './serve-fault.ts';
import type { BoundOptions } from './serve-operations.ts';
import type { Served } from './served.ts';
import { addSettings, applyEnvironment } from './settings.ts';

export interface ServeOptions extends BoundOptions {
  readonly contract?: string;
  readonly port: number;
  readonly host: string;
  readonly engine: string;
  readonly timeScale: number;
  readonly control?: number;
  readonly fault?: string;
  readonly secret?: string;
  /** `contract`, `on` or `off`. @default 'contract' */
  readonly compression?: string;
  /** `text`, `json` or `off`. @default 'text' */
  readonly log?: string;
  readonly quiet?: boolean;
  /** Port of the console; 0: any free one. @default none is opened */
  readonly console?: number | 'off';
}

/** What was started: the server, and the console where there is one. */
export interface Started extends Served {
  /** `http://127.0.0.1:port` */
  readonly consoleUrl: string | null;
}

export function addServe(program: Command, { io, exit }: CommandContext): void {
  const command = program
    .command('serve')
    .description('run a server for a contract: the bundled one with its handlers, a mock for any other');
  addSettings(command)
    .option('--fault <id>', 'breaks the contract in one way, to see the suite find it; list: what there is')
    .option('--quiet', 'print only the address')
    .addHelpText('after', examples)
    .action(async () => {
      applyEnvironment(command, process.env);
      const options: ServeOptions = command.opts();
      if (options.fault === 'list') {
        await listFaults(options, io);
        exit(exitCodes.ok);
        return;
      }
      const served = await start(options, io);
      // Whoever reads the address may end it at once.
      const ended = untilSignal();
      await announce(served, options, io);
      await ended;
      await served.close();
      exit(exitCodes.ok);
    });
}

const examples = `
Each is also read from the environment, as WIREPACT_ and its name: WIREPACT_MAX_CONNECTIONS. Flags win.

Examples:
  wirepact serve                                     asyncapi.yaml here, on port 8787
  wirepact serve --contract api/chat.yaml --port 0   a mock of another contract, on any free port
  wirepact serve --time-scale 0.05 --control 8788    twenty times as fast, with a door for tests
  wirepact serve --engine sqlite:chat.db             histories that outlive the server
  wirepact serve --fault list                        the ways in which it can break the contract`;

/** Starts it. Throws a {@link UsageError} for whatever the user can mend. */
export async function start(options: ServeOptions, io: Io): Promise<Started> {
  const [{ parseContract }, { openEngine }, { startServed }, { boundsOf, openLog, openMetrics }] = await Promise.all([
    import('../scripts/parse/load.ts'),
    import('./engines.ts'),
    import('./served.ts'),
    import('./serve-operations.ts'),
  ]);
  const { compression = 'contract' } = options;
  const contract = parseContract(documentPath(options.contract));
  const secret = options.secret ?? process.env.WIREPACT_SECRET;
  if (secret === '') throw new UsageError('The secret is empty. Give one by --secret or WIREPACT_SECRET, or neither.');
  if (secret === undefined) io.warn('No secret was given: tokens are signed with one that everybody knows.');
  const nonce = process.env.WIREPACT_NONCE;
  const { port, host, timeScale, control } = options;
  const decorate = options.fault === undefined ? undefined : await faultOf(options.fault, contract, io);
  const log = await openLog(options.log);
  const metrics = control === undefined ? null : await openMetrics();
  const page = await openConsole(options, contract);
  let engine: Engine | undefined;
  let served: Served;
  try {
    engine = await openEngine(options.engine, log, options.timeScale);
    const bounds = boundsOf(options);
    served = await startServed({
      contract,
      port,
      host,
      engine,
      timeScale,
      ...(control !== undefined && { control }),
      ...(secret !== undefined && { secret }),
      ...(nonce !== undefined && nonce !== '' && { nonce }),
      ...(decorate && { decorate }),
      log,
      metrics,
      bounds: page && bounds.origins ? { ...bounds, origins: [...bounds.origins, page.url] } : bounds,
      ...(compression !== 'contract' && { deflate: compression === 'on' }),
    });
  } catch (error) {
    // What nobody serves from would keep the process alive.
    await Promise.all([engine?.close(), page?.close()]);
    throw error;
  }
  page?.show(served);
  return {
    ...served,
    consoleUrl: page?.url ?? null,
    close: async () => {
      await page?.close();
      await served.close();
    },
  };
}

async function openConsole(options: ServeOptions, contract: Contract): Promise<ConsoleServer | null> {
  const { console: port = 'off', timeScale, quiet } = options;
  // Who asks for the address alone is a program.
  if (port === 'off' || quiet === true) return null;
  const [{ startConsole }, { explainListening }] = await Promise.all([
    import('./console/console-server.ts'),
    import('./served.ts'),
  ]);
  return await startConsole({ contract, timeScale, port }).catch((error: unknown) => {
    throw explainListening(error);
  });
}

async function announce(served: Started, { quiet }: ServeOptions, io: Io): Promise<void> {
  const what = served.kind === 'bundled' ? 'bundled handlers' : 'mock';
  const channels = countOf(served.channels.length, 'channel');
  io.print(`${paint(io, 'green', 'listening')} on ${served.url} (${what}, ${channels})`);
  if (served.controlUrl !== null) io.print(`control at ${served.controlUrl}`);
  if (quiet === true) return;
  if (served.consoleUrl !== null) io.print(`console at ${served.consoleUrl}/`);
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
