// `wirepact test server`: the suite against any server, by its address or a target file.
import type { Command } from 'commander';
import type { CommandContext } from './commands.ts';
import { UsageError } from './exit-codes.ts';
import type { Io } from './io.ts';
import { defaultDocument } from './repeat-command.ts';

export interface TestServerOptions {
  readonly target: string;
  readonly contract: string;
  readonly channel?: readonly string[];
  readonly rule?: readonly string[];
  readonly report: string;
  readonly known?: string;
  readonly strict?: boolean;
  readonly timeScale?: number;
}

const groupExamples = `
Examples:
  wirepact test server --target ws://127.0.0.1:8000
  wirepact test client --adapter "node adapter.js"
  wirepact test pair --target target.yaml --adapter "node adapter.js"`;

const examples = `
Examples:
  wirepact test server --target ws://127.0.0.1:8000                only the address: the report says what else is needed
  wirepact test server --target target.yaml --time-scale 0.05      a server whose durations are a twentieth
  wirepact test server --target target.yaml --channel chat --rule "delivery/*" --rule "auth/*"
  wirepact test server --target target.yaml --known known.txt --report reports/chat

Exit codes: 0 conformant, 1 a MUST is broken (with --strict a SHOULD too), 2 the list of known failures is stale,
3 something stayed undecided, 4 the target or the suite is wrong, 5 nothing ran.`;

/** Adds `test server` to the command. */
export function addTest(program: Command, { io, exit }: CommandContext): void {
  const test = program.commands.find((command) => command.name() === 'test') ?? program.command('test');
  test.description('run the conformance suite against a server, a client, or both').addHelpText('after', groupExamples);
  test
    .command('server')
    .description('run the conformance suite against a server')
    .requiredOption('--target <file or url>', 'a ws:// or wss:// address, or a target file')
    .option('--contract <file>', 'the AsyncAPI document', defaultDocument)
    .option('--channel <name>', 'only this channel (may be repeated)', collect)
    .option('--rule <glob>', 'only these rules or instances: "delivery/*" (may be repeated)', collect)
    .option('--report <dir>', 'folder of the reports', 'reports')
    .option('--known <file>', 'list of known failures')
    .option('--strict', 'a broken SHOULD counts like a MUST')
    .option('--time-scale <number>', 'what the server multiplies every duration of the contract by', positive)
    .addHelpText('after', examples)
    .action(async (options: TestServerOptions) => {
      exit(await testServer(options, io));
    });
}

/** The exit code; a mistake in the document, the target file or the known list is 4, told in a sentence. */
export async function testServer(options: TestServerOptions, io: Io): Promise<number> {
  const { runFromFiles } = await import('./run-and-report.ts');
  return await runFromFiles(options, io);
}

export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new UsageError(`"${text}" is no number above 0.`);
  return value;
}
