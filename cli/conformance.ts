// `wirepact conformance`: proves that the generated code is fresh, then runs the suite against the bundled server, in a process of its own.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { CommandContext } from './commands.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import { positive, testServer } from './test.ts';

interface ConformanceOptions {
  readonly timeScale: number;
  readonly report: string;
  readonly strict?: boolean;
  readonly channel?: readonly string[];
  readonly rule?: readonly string[];
}

const checkout = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

export function addConformance(program: Command, { io, exit }: CommandContext): void {
  program
    .command('conformance')
    .description('check that generated code is fresh, and run the suite against the bundled server')
    .option('--time-scale <number>', 'multiplies every duration of the contract', positive, 0.05)
    .option('--report <dir>', 'folder of the reports', 'reports')
    .option('--strict', 'a broken SHOULD counts like a MUST')
    .option('--channel <name...>', 'only these channels')
    .option('--rule <glob...>', 'only these rules or instances')
    .action(async (options: ConformanceOptions) => {
      exit((await isFresh(io)) ? await checkBundledServer(options, io) : exitCodes.failed);
    });
}

/** Tells which files are not what the document gives, and the command that mends it. */
async function isFresh(io: Io): Promise<boolean> {
  const [{ generate, isUpToDate }, { emitRules }, { formatFinding }] = await Promise.all([
    import('../scripts/generate.ts'),
    import('./rules-json.ts'),
    import('../scripts/errors.ts'),
  ]);
  const document = checkout('asyncapi.yaml');
  const { changes, findings } = await generate({
    document,
    out: checkout('generated'),
    check: true,
    emitters: [emitRules],
  });
  if (changes === undefined) {
    for (const finding of findings) io.warn(formatFinding(finding));
    return false;
  }
  if (isUpToDate(changes)) return true;
  io.warn('The generated code is not what asyncapi.yaml gives. Run: wirepact generate');
  return false;
}

async function checkBundledServer(options: ConformanceOptions, io: Io): Promise<number> {
  const target = checkout('reference-server/target.yaml');
  if (!existsSync(target)) {
    io.warn(`${target} is missing: it says how the bundled server is started.`);
    return exitCodes.usage;
  }
  return await testServer({ ...options, target, contract: checkout('asyncapi.yaml') }, io);
}
