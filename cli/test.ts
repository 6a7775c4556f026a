// `wirepact test server`: the suite against any server, by its address or a target file.
import type { Command } from 'commander';
import { readTarget } from '../conformance/target/read-target.ts';
import { TargetError } from '../conformance/target/target.ts';
import { KnownListError } from '../conformance/verdict/known.ts';
import { ContractError } from '../scripts/errors.ts';
import { parseContract } from '../scripts/parse/load.ts';
import { runAndReport } from './run-and-report.ts';

interface TestServerOptions {
  readonly target: string;
  readonly contract: string;
  readonly channel?: readonly string[];
  readonly rule?: readonly string[];
  readonly report: string;
  readonly known?: string;
  readonly strict?: boolean;
  readonly timeScale?: number;
}

const configurationError = 4;

/** Adds `test server` to the command. */
export function addTestCommand(program: Command): void {
  const test = program.commands.find((command) => command.name() === 'test') ?? program.command('test');
  test.description('run the conformance suite against a server, a client, or both');
  test
    .command('server')
    .description('run the conformance suite against a server')
    .requiredOption('--target <file or url>', 'a ws:// or wss:// address, or a target file')
    .option('--contract <file>', 'the AsyncAPI document', 'asyncapi.yaml')
    .option('--channel <name>', 'only this channel (may be repeated)', collect)
    .option('--rule <glob>', 'only these rules or instances: "delivery/*" (may be repeated)', collect)
    .option('--report <dir>', 'folder of the reports', 'reports')
    .option('--known <file>', 'list of known failures')
    .option('--strict', 'a broken SHOULD counts like a MUST')
    .option('--time-scale <number>', 'what the server multiplies every duration of the contract by', positive)
    .action(async (options: TestServerOptions) => {
      process.exitCode = await testServer(options);
    });
}

export async function testServer(options: TestServerOptions): Promise<number> {
  try {
    const contract = parseContract(options.contract);
    const unknown = options.channel?.find((name) => !contract.channels.some((channel) => channel.name === name));
    if (unknown !== undefined) {
      const names = contract.channels.map((channel) => channel.name).join(', ');
      throw new TargetError(`The contract has no channel "${unknown}". It has: ${names}.`);
    }
    const target = await readTarget(options.target);
    const known = options.known ?? target.known;
    return await runAndReport({
      contract,
      document: options.contract,
      target,
      ...(options.channel === undefined ? {} : { channels: options.channel }),
      ...(options.rule === undefined ? {} : { rules: options.rule }),
      ...(options.timeScale === undefined ? {} : { timeScale: options.timeScale }),
      ...(known === undefined ? {} : { known }),
      strict: options.strict ?? false,
      folder: options.report,
      command: `wirepact test server --target ${options.target}`,
    });
  } catch (error) {
    if (!(error instanceof TargetError || error instanceof ContractError || error instanceof KnownListError))
      throw error;
    process.stderr.write(`${error.message}\n`);
    return configurationError;
  }
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new TargetError(`"${text}" is no number above 0.`);
  return value;
}
