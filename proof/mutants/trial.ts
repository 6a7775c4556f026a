// One mutant before the suite, in a process of its own: first one instance of each rule, then all of them. Prints one line of JSON.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseResult, RunResult } from '../../conformance/result.ts';
import type { RunOptions } from '../../conformance/run-options.ts';
import type { Contract } from '../../scripts/model.ts';

export interface Verdict {
  readonly status: 'killed' | 'warned' | 'survived' | 'broken';
  readonly by: string | null;
}

const [role = 'server', only = ''] = process.argv.slice(2);
const channels = only === '' ? {} : { channels: only.split(',') };
const timeScale = 0.05;

let isStarted = false;

const say = (verdict: Verdict): never => {
  process.stdout.write(`\n${JSON.stringify(verdict)}\n`);
  process.exit(0);
};

const died = (error: unknown): never =>
  say(isStarted ? { status: 'killed', by: `it died: ${String(error)}` } : { status: 'broken', by: String(error) });

process.on('uncaughtException', died);
process.on('unhandledRejection', died);

const contract: Contract = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'generated', 'model.json'), 'utf8'),
);

/** What takes a server to its limits is judged where the suite does not share its process: at last. */
const heavy = /^limits\/backlog/;
const ofProcess = ['limits/backlog-*', 'shutdown/*', 'auth/token-not-logged', 'resync/survives-restart'];

type Suite = (options: Pick<RunOptions, 'rules' | 'sample' | 'channels' | 'onEvent'>) => Promise<RunResult>;

const serverSuite = async (): Promise<Suite> => {
  const [{ bundledStand }, { runServerConformance }, { serverRules }] = await Promise.all([
    import('../stand.ts'),
    import('../../conformance/run.ts'),
    import('../../conformance/rules/index.ts'),
  ]);
  const from = serverRules.filter(({ id }) => !heavy.test(id));
  const stand = bundledStand(contract);
  await (await stand.start({ timeScale, control: true })).close();
  return async (options) => {
    const standing = await stand.start({ timeScale, control: true });
    try {
      return await runServerConformance(contract, await stand.target(standing, timeScale), {
        from,
        ...channels,
        ...options,
      });
    } finally {
      await Promise.race([standing.close(), new Promise((resolve) => setTimeout(resolve, 5000))]);
    }
  };
};

/** The server in a process of its own, which loads the same mutant. */
const processSuite = async (): Promise<Suite> => {
  const [{ parseTarget }, { runServerConformance }, { root }] = await Promise.all([
    import('../../conformance/target/read-target.ts'),
    import('../../conformance/run.ts'),
    import('../stand.ts'),
  ]);
  const folder = join(root, 'reference-server');
  const target = await parseTarget(readFileSync(join(folder, 'target.yaml'), 'utf8'), 'target.yaml', folder);
  const env = {
    ...target.start!.env,
    MUTANT: process.env.MUTANT ?? '',
    NODE_OPTIONS: `--import ${join(import.meta.dirname, 'register.mjs')}`,
  };
  return (options) =>
    runServerConformance(
      contract,
      { ...target, start: { ...target.start!, env } },
      { ...channels, rules: ofProcess, ...options },
    );
};

const clientSuite = async (): Promise<Suite> => {
  const [{ WebSocket }, { createAdapter }, { localAdapter }, { runClientConformance }] = await Promise.all([
    import('ws'),
    import('../../examples/adapters/generated-client.ts'),
    import('../../conformance/adapter/local.ts'),
    import('../../conformance/client/run.ts'),
  ]);
  return async ({ rules, sample, onEvent }) => {
    const adapter = localAdapter('mutant', (write) => createAdapter('mutant', write, { WebSocket }));
    return await runClientConformance(contract, adapter, {
      ...(rules && { rules }),
      ...(sample !== undefined && { sample }),
      ...(onEvent && { onEvent }),
    });
  };
};

const isBreach = (one: CaseResult, wanted: 'fail' | 'warn'): boolean =>
  one.verdict === 'fail' || one.verdict === 'error' || (wanted === 'warn' && one.verdict === 'warn');

/** Runs until something fails, and tries that again: once may have been chance. */
async function search(
  suite: Suite,
  sample: boolean,
  warned: Map<string, CaseResult>,
): Promise<CaseResult | string | null> {
  const failed: CaseResult[] = [];
  let found: () => void = () => {};
  const first = new Promise<void>((resolve) => {
    found = resolve;
  });
  const run = suite({
    sample,
    onEvent: (event) => {
      if (event.kind !== 'case') return;
      if (event.result.verdict === 'warn') warned.set(event.result.instance, event.result);
      if (isBreach(event.result, 'fail')) failed.push(event.result);
      if (failed.length > 0) found();
    },
  });
  const result = await Promise.race([run, first]);
  if (result && result.harnessError !== undefined) return result.harnessError.split('\n')[0] ?? '';
  for (const one of failed) if (await isConfirmed(suite, one, 'fail')) return one;
  await run;
  return null;
}

async function isConfirmed(suite: Suite, seen: CaseResult, wanted: 'fail' | 'warn'): Promise<boolean> {
  // What a whole run saw shows in a whole run alone.
  const again = await suite({ rules: [seen.instance] });
  if (again.harnessError !== undefined) return true;
  const [one] = again.cases;
  return one === undefined || one.verdict === 'not-testable' || isBreach(one, wanted);
}

async function main(): Promise<void> {
  const suite = role === 'client' ? await clientSuite() : await serverSuite();
  isStarted = true;
  const warned = new Map<string, CaseResult>();
  // The cheap and broad first.
  const rounds: readonly (readonly [Suite, boolean])[] = [
    [suite, true],
    [suite, false],
    ...(role === 'server' ? [[await processSuite(), false] as const] : []),
  ];
  for (const [each, sample] of rounds) {
    const found = await search(each, sample, warned);
    if (typeof found === 'string') say({ status: 'killed', by: found });
    else if (found) say({ status: 'killed', by: `${found.instance} ${found.reason ?? ''}`.trim() });
    if (sample) continue;
    for (const one of warned.values()) {
      if (await isConfirmed(each, one, 'warn'))
        say({ status: 'warned', by: `${one.instance} ${one.reason ?? ''}`.trim() });
    }
  }
  say({ status: 'survived', by: null });
}

void main();
