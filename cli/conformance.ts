// `wirepact conformance`: proves that the generated code is fresh, then runs the suite against the bundled server, in a process of its own.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { testServer } from './test.ts';

interface ConformanceOptions {
  readonly timeScale: number;
  readonly report: string;
  readonly strict?: boolean;
  readonly channel?: readonly string[];
  readonly rule?: readonly string[];
}

const checkout = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Adds `conformance`. `isFresh` says whether the generated code is, having told on standard error what is not. */
export function addConformanceCommand(program: Command, isFresh: () => Promise<boolean>): void {
  program
    .command('conformance')
    .description('check that generated code is fresh and run the suite against the bundled server')
    .option('--time-scale <number>', 'multiplies every duration of the contract', Number, 0.05)
    .option('--report <dir>', 'folder of the reports', 'reports')
    .option('--strict', 'a broken SHOULD counts like a MUST')
    .option('--channel <name...>', 'only these channels')
    .option('--rule <glob...>', 'only these rules or instances')
    .action(async (options: ConformanceOptions) => {
      process.exitCode = (await isFresh()) ? await checkBundledServer(options) : 1;
    });
}

async function checkBundledServer(options: ConformanceOptions): Promise<number> {
  const target = checkout('reference-server/target.yaml');
  if (!existsSync(target)) {
    process.stderr.write(`${target} is missing: the bundled server cannot be started without it.\n`);
    return 4;
  }
  return await testServer({ ...options, target, contract: checkout('asyncapi.yaml') });
}
