// Runs the pair suite: a real client against a real server through the fault proxy, one seeded schedule after the other, judged by the pair rules.
import type { Channel, Contract } from '../../scripts/model.ts';
import { Adapter, type Transport } from '../adapter/adapter.ts';
import { adapterProcess } from '../adapter/process.ts';
import { AdapterError } from '../adapter/protocol.ts';
import { Clock } from '../harness/clock.ts';
import { Leases } from '../harness/leases.ts';
import { RunRecord } from '../harness/record.ts';
import { References } from '../harness/references.ts';
import { Schemas } from '../harness/schemas.ts';
import type { PairRule } from '../pair-rules/pair-rule.ts';
import { preflight, reach, servedOf } from '../preflight.ts';
import { createRedactor, redactDeep } from '../report/redact.ts';
import type { RunResult } from '../result.ts';
import { prepare } from '../run.ts';
import type { RunEvent } from '../run-options.ts';
import { checkIdentity } from '../target/identity.ts';
import type { ServerProcess } from '../target/process.ts';
import { readTarget } from '../target/read-target.ts';
import { type Target, TargetError } from '../target/target.ts';
import { meansOf } from './means.ts';
import type { PairSession } from './pair.ts';
import { type PlannedSchedule, playAll } from './play.ts';
import { makeSchedule } from './schedule.ts';
import { Verdicts } from './verdicts.ts';

export interface PairRunOptions {
  readonly channels?: readonly string[];
  /** Globs over ids and instances of rules. */
  readonly rules?: readonly string[];
  /** The first seed. @default 1 */
  readonly seed?: number;
  /** How many schedules each channel gets: seeds one after the other. @default 20 */
  readonly schedules?: number;
  /** What the server and the client multiply every duration of the contract by. @default the target's, else 1 */
  readonly timeScale?: number;
  readonly onEvent?: (event: RunEvent) => void;
  /** The command that repeats the run, without seed and filters. */
  readonly command?: string;
  /** @default every rule for pairs */
  readonly from?: readonly PairRule[];
}

/**
 * `target` is a file, a ws:// address or what `readTarget` gave; `adapter` a command or a transport. Never throws for what is
 * wrong with either: that is `harnessError` in the result.
 */
export async function runPairConformance(
  contract: Contract,
  target: Target | string,
  adapter: string | readonly string[] | Transport,
  options: PairRunOptions = {},
): Promise<RunResult> {
  const startedAt = new Date();
  const began = performance.now();
  const { seed = 1, schedules = 20 } = options;
  let clock = new Clock();
  let named = {
    name: typeof target === 'string' ? target : target.name,
    url: typeof target === 'string' ? target : target.url,
  };
  let timeScale = options.timeScale ?? 1;
  let server: ServerProcess | null = null;
  let link: Adapter | null = null;
  let harnessError: string | undefined;
  const notes: string[] = [];
  const secrets = new Set<string>();
  const verdicts = new Verdicts(contract, options);
  try {
    const read = typeof target === 'string' ? await readTarget(target) : target;
    timeScale = options.timeScale ?? read.timeScale ?? 1;
    const { ready, process, nonce } = await prepare(read, timeScale);
    server = process;
    link = new Adapter(typeof adapter === 'object' && 'write' in adapter ? adapter : adapterProcess(adapter));
    const introduction = await link.introduce(contract);
    named = { name: `${introduction.name} with ${ready.name}`, url: ready.url };
    clock = new Clock({ timeScale, times: ready.times });
    clock.watch();
    const schemas = new Schemas(contract);
    let clients = 0;
    const session: PairSession = {
      contract,
      target: ready,
      schemas,
      clock,
      process: server,
      record: new RunRecord(),
      references: new References(),
      memory: new Map(),
      adapter: link,
      leases: new Leases(ready, schemas),
      secrets,
      nextClient() {
        clients += 1;
        return `c${clients}`;
      },
    };
    await server?.start();
    const { channels: spoken } = introduction;
    const wanted = verdicts.channels.filter(({ name }) => spoken === null || spoken.includes(name));
    const channels = servedOf(contract, wanted, ready);
    if (channels.length === 0) throw new TargetError('No channel is left to test: server and client share none.');
    verdicts.keep(channels);
    for (const channel of channels.slice(0, 1)) clock.rtt.add(await reach(channel, session));
    if (ready.identity !== undefined && nonce !== null) await checkIdentity(channels, session, nonce);
    notes.push(...(await preflight(channels, session)).notes);
    await playAll(session, plan(session, channels, { seed, schedules }), verdicts, options.onEvent);
    notes.push(...verdicts.notes());
  } catch (error) {
    const isConfiguration = error instanceof AdapterError || error instanceof TargetError;
    harnessError = isConfiguration ? error.message : `The suite broke: ${(error as Error).stack ?? String(error)}`;
  } finally {
    clock.stop();
    await link?.end();
    await server?.stop();
  }
  const redact = createRedactor(secrets);
  return {
    role: 'pair',
    contract: { title: contract.title, version: contract.version, hash: contract.hash, document: contract.document },
    target: named,
    timeScale,
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(performance.now() - began),
    cases: harnessError === undefined ? redactDeep(verdicts.results(), redact) : [],
    measurements: { rtt: clock.rtt.spread(), delivery: clock.delivery.spread(), lag: clock.lag.spread() },
    ...(harnessError === undefined ? {} : { harnessError: redact(harnessError) }),
    notes: notes.map(redact),
    ...(options.command === undefined ? {} : { command: `${options.command} --seed ${seed} --schedules ${schedules}` }),
  };
}

function plan(
  session: PairSession,
  channels: readonly Channel[],
  { seed, schedules }: { readonly seed: number; readonly schedules: number },
): readonly PlannedSchedule[] {
  const canPublish = session.target.hooks.publish !== undefined;
  const given = { timeScale: session.clock.timeScale, canPublish };
  // The channels take turns: those that only one pair may use at a time do not come all at the end.
  return Array.from({ length: schedules }, (_, index) =>
    channels.map((channel) => {
      const means = meansOf(channel, session.schemas);
      return { channel, schedule: makeSchedule(channel, means, seed + index, given) };
    }),
  ).flat();
}
