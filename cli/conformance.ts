// `wirepact conformance`: proves that the generated code is fresh, then runs the suite against the bundled server and the generated client.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { CommandContext } from './commands.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import type { Io } from './io.ts';
import { collect, positive, testServer } from './test.ts';
import { testClient } from './test-client.ts';

interface ConformanceOptions {
  readonly timeScale: number;
  readonly report: string;
  readonly strict?: boolean;
  readonly channel?: readonly string[];
  readonly rule?: readonly string[];
  readonly role?: string;
}

/** One run of the suite: what is judged, the folder of its report below the common one, and how to run it. */
interface Part {
  readonly role: 'server' | 'client';
  readonly folder: string;
  run(options: ConformanceOptions, io: Io): Promise<number>;
}

const checkout = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const document = checkout('asyncapi.yaml');

/** A package has no bundled target to judge. */
const isCheckout = existsSync(checkout('reference-server/target.yaml'));

const examples = `
Examples:
  wirepact conformance                                     in a checkout of Wirepact: its own server and client
  wirepact conformance --role client --channel chat
  wirepact conformance --time-scale 1 --rule "heartbeat/*"`;

export function addConformance(program: Command, { io, exit }: CommandContext): void {
  program
    .command('conformance', { hidden: !isCheckout })
    .description('check that generated code is fresh, and run the suite against the bundled server and client')
    .option('--time-scale <number>', 'multiplies every duration of the contract', positive, 0.05)
    .option('--report <dir>', 'folder of the reports: of all together, and one folder each', 'reports')
    .option('--strict', 'a broken SHOULD counts like a MUST')
    .option('--channel <name>', 'only this channel (may be repeated)', collect)
    .option('--rule <glob>', 'only these rules or instances (may be repeated)', collect)
    .option('--role <server or client>', 'only servers, or only clients')
    .addHelpText('after', examples)
    .action(async (options: ConformanceOptions) => {
      if (!isCheckout)
        throw new UsageError(
          'This judges Wirepact itself, in a checkout of it. For a server: wirepact test server --help',
        );
      if (options.role !== undefined && options.role !== 'server' && options.role !== 'client')
        throw new UsageError(`"${options.role}" is no role: server or client.`);
      exit((await isFresh(io)) ? await runAll(options, io) : exitCodes.failed);
    });
}

/** Tells which files are not what the document gives, and the command that mends it. */
async function isFresh(io: Io): Promise<boolean> {
  const [{ generate, isUpToDate }, { allEmitters }, { formatFinding }] = await Promise.all([
    import('../scripts/generate.ts'),
    import('./rules-json.ts'),
    import('../scripts/errors.ts'),
  ]);
  const { changes, findings } = await generate({
    document,
    out: checkout('generated'),
    check: true,
    emitters: async () => allEmitters(true),
  });
  if (changes === undefined) {
    for (const finding of findings) io.warn(formatFinding(finding));
    return false;
  }
  if (isUpToDate(changes)) return true;
  io.warn('The generated code is not what asyncapi.yaml gives. Run: wirepact generate');
  return false;
}

/** One after another: each measures time, and the others would be in its way. The exit code that goes before the others. */
async function runAll(options: ConformanceOptions, io: Io): Promise<number> {
  const [{ mergeFolders }, { worstExitCode }] = await Promise.all([
    import('./merge-reports.ts'),
    import('../conformance/report/merged-report.ts'),
  ]);
  const { rolesOf } = await import('./rule-roles.ts');
  const named = options.rule === undefined ? null : rolesOf(document, options.rule);
  const isMeant = ({ role }: Part) =>
    (options.role ?? role) === role && (named === null || named.size === 0 || named.has(role));
  const done: { readonly folder: string; readonly exitCode: number }[] = [];
  for (const part of [...parts(), ...chromium(io)].filter(isMeant)) {
    const folder = join(options.report, part.folder);
    // What an earlier run left there says nothing of this one.
    await rm(join(folder, 'report.json'), { force: true });
    done.push({ folder: part.folder, exitCode: await part.run({ ...options, report: folder }, io) });
  }
  await mergeFolders(options.report, done);
  return worstExitCode(done.map(({ exitCode }) => exitCode));
}

function parts(): readonly Part[] {
  return [
    {
      role: 'server',
      folder: 'server',
      run: async (options, io) =>
        await runWith('reference-server/target.yaml', io, (target) =>
          testServer({ ...options, target, contract: document }, io),
        ),
    },
    clientPart('client', 'examples/adapters/node/adapter.ts'),
  ];
}

function clientPart(folder: string, adapter: string): Part {
  return {
    role: 'client',
    folder,
    run: async (options, io) =>
      await runWith(adapter, io, (path) => {
        const command = [
          process.execPath,
          '--conditions=@wirepact/source',
          '--import',
          import.meta.resolve('tsx'),
          path,
        ];
        return testClient({ ...options, adapter: command, contract: document }, io);
      }),
  };
}

/** The same client in a browser, where there is one; said clearly where there is none. */
function chromium(io: Io): readonly Part[] {
  const browser = process.env.CHROMIUM ?? '/usr/bin/chromium';
  if (existsSync(browser)) return [clientPart('client-chromium', 'examples/adapters/chromium/adapter.ts')];
  const missing = `There is no Chromium at ${browser} (CHROMIUM names another place)`;
  if (process.env.WIREPACT_REQUIRE_ALL === '1')
    throw new UsageError(`${missing}, and WIREPACT_REQUIRE_ALL=1 asks for it.`);
  io.warn(`${missing}: the client is judged in Node alone.`);
  return [];
}

async function runWith(path: string, io: Io, run: (path: string) => Promise<number>): Promise<number> {
  const full = checkout(path);
  if (existsSync(full)) return await run(full);
  io.warn(`${full} is missing: it says how the bundled server or client is started.`);
  return exitCodes.usage;
}
