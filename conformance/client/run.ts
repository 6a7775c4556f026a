// Runs the client suite against one adapter: honesty first, then all cases side by side, what was uncertain again beside few, then the monitors.
import type { Contract } from '../../scripts/model.ts';
import { Adapter, type Transport } from '../adapter/adapter.ts';
import { adapterProcess } from '../adapter/process.ts';
import { AdapterError } from '../adapter/protocol.ts';
import type { ClientRecorded } from '../client-rules/client-rule.ts';
import { Clock } from '../harness/clock.ts';
import { RunRecord } from '../harness/record.ts';
import { Schemas } from '../harness/schemas.ts';
import { resultOf } from '../plan.ts';
import type { CaseResult, RunResult } from '../result.ts';
import { judgeMonitor, resultOfError, within } from '../run-case.ts';
import type { RunEvent } from '../run-options.ts';
import { AdapterLag } from './adapter-lag.ts';
import { ClientKit, type ClientSession } from './client-kit.ts';
import { type PlannedClient, type PlanOptions, planClientRun } from './plan.ts';
import { PlayedServer } from './played-server.ts';

/**
 * Cases side by side: they mostly wait. What was too early, too late, or broken while the machine was busy is looked at again
 * beside few others, and at last beside one.
 */
const widths = [64, 8, 2];
const staggerMs = 10;
/** How late the suite or the adapter may be before a verdict says nothing, in the contract's own time, ms: less than its shortest timeouts. */
const lagAllowedMs = 3000;
/** So many broken cases may be an accident of a busy machine, and are all looked at again; more of them are the client's. */
const fewBroken = 24;

export interface ClientRunOptions extends PlanOptions {
  /** What every duration of the contract is multiplied by. @default 0.05 */
  readonly timeScale?: number;
  readonly onEvent?: (event: RunEvent) => void;
  /** The command that repeats the run, for reports. */
  readonly command?: string;
}

/**
 * `adapter` is a command (a list, or one line that no shell reads) or a transport that is connected already. Never throws for
 * what is wrong with the adapter: that is `harnessError` in the result.
 */
export async function runClientConformance(
  contract: Contract,
  adapter: string | readonly string[] | Transport,
  options: ClientRunOptions = {},
): Promise<RunResult> {
  const startedAt = new Date();
  const began = performance.now();
  const timeScale = options.timeScale ?? 0.05;
  const clock = new Clock({ timeScale });
  const results = new Map<PlannedClient, CaseResult>();
  const notes: string[] = [];
  let planned = planClientRun(contract, options);
  let name = typeof adapter === 'object' && 'name' in adapter ? adapter.name : [adapter].flat().join(' ');
  const url = name;
  let harnessError: string | undefined;
  let link: Adapter | null = null;
  let server: PlayedServer | null = null;
  let lag: AdapterLag | null = null;
  try {
    const isTransport = typeof adapter === 'object' && 'write' in adapter;
    link = new Adapter(isTransport ? adapter : adapterProcess(adapter));
    const introduction = await link.introduce(contract);
    name = introduction.name;
    const speaks = introduction.channels;
    const unknown = speaks?.find((channel) => !contract.channels.some((one) => one.name === channel));
    if (unknown !== undefined)
      throw new AdapterError(`The adapter speaks the channel ${unknown}, which the contract does not have.`);
    if (speaks !== null) {
      const left = planned.filter(({ channel }) => !speaks.includes(channel.name));
      planned = planned.filter(({ channel }) => speaks.includes(channel.name));
      if (left.length > 0)
        notes.push(`The client speaks ${speaks.join(', ')} alone; other channels were not looked at.`);
    }
    const schemas = new Schemas(contract);
    // Compiling takes long: done now, it makes nobody late.
    for (const { clientMessages, serverMessages } of contract.channels) {
      for (const { schema } of [...clientMessages, ...serverMessages]) schemas.accepts(schema, {});
    }
    server = new PlayedServer();
    clock.watch();
    lag = new AdapterLag(link, clock);
    let clients = 0;
    const session: ClientSession = {
      contract,
      adapter: link,
      server,
      schemas,
      clock,
      record: new RunRecord(),
      overlaps: new Map(),
      adapterLag: (from, to) => lag!.within(from, to),
      nextClient: () => `c${++clients}`,
    };
    await runAll(session, planned, results, options, introduction.parallel ?? Number.POSITIVE_INFINITY);
  } catch (error) {
    harnessError =
      error instanceof AdapterError ? error.message : `The suite broke: ${(error as Error).stack ?? String(error)}`;
  } finally {
    clock.stop();
    lag?.stop();
    await link?.end();
    server?.close();
  }
  return {
    role: 'client',
    contract: { title: contract.title, version: contract.version, hash: contract.hash, document: contract.document },
    target: { name, url },
    timeScale,
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(performance.now() - began),
    cases: planned.flatMap((one) => results.get(one) ?? []),
    measurements: { rtt: clock.rtt.spread(), delivery: clock.delivery.spread(), lag: clock.lag.spread() },
    ...(harnessError === undefined ? {} : { harnessError }),
    notes,
    ...(options.command === undefined ? {} : { command: options.command }),
  };
}

async function runAll(
  session: ClientSession,
  planned: readonly PlannedClient[],
  results: Map<PlannedClient, CaseResult>,
  options: ClientRunOptions,
  parallel: number,
): Promise<void> {
  const { adapter } = session;
  const total = planned.filter(({ one }) => one !== null).length;
  let done = 0;
  options.onEvent?.({ kind: 'start', total, url: adapter.name });
  const settle = (one: PlannedClient, result: CaseResult) => {
    results.set(one, result);
    if (one.one === null) return;
    done += 1;
    options.onEvent?.({ kind: 'case', result, done, total });
  };
  // Long cases first, or the last one to start would decide how long the run takes.
  let queue = [...planned].sort((left, right) => longest(right) - longest(left));
  for (const [round, width] of widths.entries()) {
    const again: PlannedClient[] = [];
    const broken: { readonly one: PlannedClient; readonly result: CaseResult }[] = [];
    const isLast = round === widths.length - 1;
    const worker = async (_: unknown, index: number) => {
      // One after another, or all of them would ask for everything at the same moments.
      await session.clock.sleep(index * staggerMs);
      for (let one = queue.shift(); one !== undefined && adapter.failure === null; one = queue.shift()) {
        if (one.one !== null && 'judge' in one.one) continue;
        const from = session.clock.now();
        const result = await runClientCase(session, one);
        const until = session.clock.now();
        const lagMs = Math.max(session.clock.lagWithin(from, until), session.adapterLag(from, until));
        const isLate = lagMs > lagAllowedMs * Math.min(1, session.clock.timeScale * stretchOf(one.one));
        if (isLast) settle(one, isLate ? undecided(one, result, lagMs) : result);
        else if (isUncertain(result, isLate)) again.push(one);
        else if (isBroken(result)) broken.push({ one, result });
        else settle(one, result);
      }
    };
    await Promise.all(Array.from({ length: Math.min(width, parallel, queue.length) }, worker));
    if (broken.length <= fewBroken && round === 0) again.push(...broken.map(({ one }) => one));
    else for (const { one, result } of broken) settle(one, result);
    queue = again;
  }
  if (adapter.failure !== null) throw adapter.failure;
  const recorded: ClientRecorded = { ...session.record.recorded(null), overlaps: session.overlaps };
  for (const one of planned) {
    if (one.one !== null && 'judge' in one.one) settle(one, judgeMonitor(one, one.one, recorded));
  }
}

const isBroken = ({ verdict }: CaseResult): boolean => verdict === 'fail' || verdict === 'warn';

/** Whether the measurement, and not the client, may be to blame: the suite's own delays make timeouts of the client expire. */
function isUncertain(result: CaseResult, isLate: boolean): boolean {
  if (!isBroken(result)) return result.verdict === 'inconclusive';
  return result.reason === 'too-late' || result.reason === 'too-early' || isLate;
}

/** What is still broken on a machine that is still busy says nothing. */
function undecided(planned: PlannedClient, result: CaseResult, lagMs: number): CaseResult {
  if (!isBroken(result)) return result;
  const reason = `the suite or the adapter was ${Math.round(lagMs)} ms late meanwhile, also when run again; then: ${result.observed}`;
  return resultOf(planned, { verdict: 'inconclusive', reason, durationMs: result.durationMs, frames: result.frames });
}

function stretchOf(one: PlannedClient['one']): number {
  return one === null || 'judge' in one ? 1 : (one.stretch ?? 1);
}

function longest({ one }: PlannedClient): number {
  return one === null || 'judge' in one ? 0 : (one.timeoutMs ?? 0) * stretchOf(one);
}

async function runClientCase(session: ClientSession, planned: PlannedClient): Promise<CaseResult> {
  const { one, channel } = planned;
  if (one === null || 'judge' in one) return resultOf(planned, { verdict: 'not-applicable' });
  const kit = new ClientKit(session, channel, one.stretch ?? 1);
  const startedAt = performance.now();
  const took = () => Math.round(performance.now() - startedAt);
  try {
    await within(one.run(kit), kit.scaled(one.timeoutMs ?? 0) + 20_000);
    return resultOf(planned, { verdict: 'pass', durationMs: took() });
  } catch (error) {
    const clean = (text: string) => kit.trace.clean(text);
    return resultOfError(planned, one.level, error, { durationMs: took(), frames: kit.trace.frames(), clean });
  } finally {
    if (kit.overlaps().length > 0) session.overlaps.set(planned.instance, kit.overlaps());
    for (const seen of kit.observed())
      session.record.add({ instance: planned.instance, channel: channel.name, ...seen });
    await kit.dispose();
  }
}
