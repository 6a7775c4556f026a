// `wirepact test client`: the suite plays the server for any client, by an adapter command or a page that connects.
import type { Command } from 'commander';
import type { CommandContext } from './commands.ts';
import { UsageError } from './exit-codes.ts';
import type { Io } from './io.ts';
import { defaultDocument, defaultTimeScale } from './repeat-command.ts';
import { collect, positive } from './test.ts';

export interface TestClientOptions {
  /** A line that is split at white space, or a list. */
  readonly adapter?: string | readonly string[];
  readonly controlPort?: number;
  readonly contract: string;
  readonly channel?: readonly string[];
  readonly rule?: readonly string[];
  readonly report: string;
  readonly known?: string;
  readonly strict?: boolean;
  readonly timeScale: number;
}

const examples = `
Examples:
  wirepact test client --adapter "node adapter.js"
  wirepact test client --adapter "python3 adapter.py" --channel chat
  wirepact test client --control-port 9100        a page connects to ws://127.0.0.1:9100/adapter`;

export function addTestClient(program: Command, { io, exit }: CommandContext): void {
  const test = program.commands.find((command) => command.name() === 'test') ?? program.command('test');
  test
    .command('client')
    .description('run the conformance suite against a client')
    .option('--adapter <command>', 'starts the adapter: JSON Lines on its standard input and output')
    .option('--control-port <number>', 'wait for an adapter on this port instead, by WebSocket (0: any free one)', port)
    .option('--contract <file>', 'the AsyncAPI document', defaultDocument)
    .option('--channel <name>', 'only this channel (may be repeated)', collect)
    .option('--rule <glob>', 'only these rules or instances: "reconnect/*" (may be repeated)', collect)
    .option('--report <dir>', 'folder of the reports', 'reports')
    .option('--known <file>', 'list of known failures')
    .option('--strict', 'a broken SHOULD counts like a MUST')
    .option(
      '--time-scale <number>',
      'what the client multiplies every duration of the contract by',
      positive,
      defaultTimeScale,
    )
    .addHelpText('after', examples)
    .action(async (options: TestClientOptions) => {
      exit(await testClient(options, io));
    });
}

/** The exit code; a mistake in the document, the adapter or the known list is 4, told in a sentence. */
export async function testClient(options: TestClientOptions, io: Io): Promise<number> {
  if (options.adapter === undefined && options.controlPort === undefined) {
    throw new UsageError('Name the client under test: --adapter COMMAND, or --control-port N for one that connects.');
  }
  const { runClientFromFiles } = await import('./run-client.ts');
  return await runClientFromFiles(options, io);
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535) throw new UsageError(`"${text}" is no port number.`);
  return value;
}
