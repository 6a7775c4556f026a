// Runs the server suite against one target: preflight, the lanes (parallel, quiet, exclusive), what was inconclusive again alone, then the monitors.
import { randomUUID } from 'node:crypto';
import type { Contract } from '../scripts/model.ts';
import { Clock } from './harness/clock.ts';
import { Leases } from './harness/leases.ts';
import { RunRecord } from './harness/record.ts';
import { Schemas } from './harness/schemas.ts';
import type { Session } from './harness/server-kit.ts';
import { type Planned, planRun, resultOf } from './plan.ts';
import { type Preflight, preflight, reach, servedOf } from './preflight.ts';
import type { CaseResult, RunResult } from './result.ts';
import type { Lane } from './rule.ts';
import { acceptsValidConnection } from './rules/handshake/accepts-valid-connection.ts';
import { isMonitor, judgeMonitor, runCase } from './run-case.ts';
import type { RunOptions } from './run-options.ts';
import { checkIdentity } from './target/identity.ts';
import { freePort, ServerProcess } from './target/process.ts';
import { readTarget } from './target/read-target.ts';
import { type Target, TargetError } from './target/target.ts';

/** Quiet cases side by side: they mostly wait. */
const quietWidth = 200;

/** So many attempts to reach a target that no longer answers, before the run is given up. */
const lastAttempts = 3;

/**
 * Never throws for what is wrong with the target: that is `harnessError` in the result. `target` is a file, a ws:// address or
 * what `readTarget` gave.
 */
export async function runServerConformance(
  contract: Contract,
  target: Target | string,
  options: RunOptions = {},
): Promise<RunResult> {
  const startedAt = new Date();
  const began = performance.now();
  let planned = planRun(contract, options);
  const results = new Map<Planned, CaseResult>();
  const notes: string[] = [];
  let clock = new Clock();
  let named = {
    name: typeof target === 'string' ? target : target.name,
    url: typeof target === 'string' ? target : target.url,
  };
  let timeScale = options.timeScale ?? 1;
  let server: ServerProcess | null = null;
  let harnessError: string | undefined;
  try {
    const read = typeof target === 'string' ? await readTarget(target) : target;
    const { ready, process, nonce } = await prepare(read, options.timeScale ?? read.timeScale ?? 1);
    server = process;
    named = { name: ready.name, url: ready.url };
    timeScale = options.timeScale ?? ready.timeScale ?? 1;
    clock = new Clock({ timeScale, times: ready.times });
    clock.watch();
    const session: Session = {
      contract,
      target: ready,
      schemas: new Schemas(contract),
      clock,
      process: server,
      record: new RunRecord(),
      memory: new Map(),
    };
    await server?.start();
    const wanted = contract.channels.filter((channel) =>
      planned.some((one) => one.one !== null && one.channel === channel),
    );
    const channels = servedOf(contract, wanted, ready);
    if (channels.length === 0) throw new TargetError('No channel is left to test: see serves in the target file.');
    if (channels.length < wanted.length) planned = planned.filter((one) => channels.includes(one.channel));
    for (const channel of channels.slice(0, 1)) clock.rtt.add(await reach(channel, session));
    if (ready.identity !== undefined && nonce !== null) await checkIdentity(channels, session, nonce);
    else if (ready.start !== undefined)
      notes.push('The server was started without an identity check (target.identity).');
    const checked = await preflight(channels, session);
    notes.push(...checked.notes);
    await runLanes(session, planned, results, options, checked);
  } catch (error) {
    const died =
      server !== null && !server.isRunning && server.output !== ''
        ? `\nThe server has ended. Its last output:\n${server.output}`
        : '';
    if (!(error instanceof TargetError))
      harnessError = `The suite broke: ${(error as Error).stack ?? String(error)}${died}`;
    else harnessError = error.message + (error.message.includes('last output') ? '' : died);
  } finally {
    clock.stop();
    await server?.stop();
  }
  return {
    role: 'server',
    contract: { title: contract.title, version: contract.version, hash: contract.hash, document: contract.document },
    target: named,
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

/** Puts free ports where `{port}` and `{control}` stand, the time scale for `{timeScale}`, and the nonce into the server's environment. */
export async function prepare(
  target: Target,
  timeScale: number,
): Promise<{ ready: Target; process: ServerProcess | null; nonce: string | null }> {
  if (target.start === undefined) return { ready: target, process: null, nonce: null };
  const port = await freePort();
  const control = await freePort();
  const fill = (text: string) =>
    text
      .replaceAll('{port}', String(port))
      .replaceAll('{control}', String(control))
      .replaceAll('{timeScale}', String(timeScale));
  const ready: Target = JSON.parse(
    JSON.stringify(target, (_, value) => (typeof value === 'string' ? fill(value) : value)),
  );
  const nonce = target.identity === undefined ? null : randomUUID();
  const env = target.identity === undefined || nonce === null ? {} : { [target.identity.env]: nonce };
  return { ready, process: new ServerProcess(ready.start ?? target.start, ready.url, env), nonce };
}

async function runLanes(
  session: Session,
  planned: readonly Planned[],
  results: Map<Planned, CaseResult>,
  options: RunOptions,
  checked: Preflight,
): Promise<void> {
  const leases = new Leases(session.target, session.schemas);
  const total = planned.filter((one) => one.one !== null).length;
  let done = 0;
  let dead = false;
  options.onEvent?.({ kind: 'start', total, url: session.target.url });
  const settle = (one: Planned, result: CaseResult) => {
    results.set(one, result);
    if (one.one === null) return;
    done += 1;
    options.onEvent?.({ kind: 'case', result, done, total });
  };
  const work = async (lane: readonly Planned[], width: number) => {
    const queue = [...lane];
    const worker = async () => {
      for (let one = queue.shift(); one !== undefined && !dead; one = queue.shift()) {
        const result = closedBefore(one, checked) ?? (await runCase(session, leases, one));
        if (result.verdict === 'fail' || result.verdict === 'error') dead = dead || (await isDead(one, session));
        if (dead) return;
        if (result.verdict === 'inconclusive') again.push([one, result]);
        else settle(one, result);
      }
    };
    await Promise.all(Array.from({ length: Math.min(width, queue.length) }, worker));
  };
  const again: [Planned, CaseResult][] = [];
  const laneOf = ({ one }: Planned): Lane | 'after' =>
    one === null ? 'parallel' : isMonitor(one) ? 'after' : (one.lane ?? 'parallel');
  await work(
    planned.filter((one) => laneOf(one) === 'parallel'),
    session.target.run.parallel,
  );
  await work(
    planned.filter((one) => laneOf(one) === 'quiet'),
    quietWidth,
  );
  await work(
    planned.filter((one) => laneOf(one) === 'exclusive'),
    1,
  );
  for (const [one] of again.splice(0)) {
    if (!dead) settle(one, await runCase(session, leases, one));
  }
  const recorded = session.record.recorded(session.process?.transcript ?? null);
  for (const one of planned) {
    if (one.one !== null && isMonitor(one.one) && !dead) settle(one, judgeMonitor(one, one.one, recorded));
  }
  if (dead) {
    throw new TargetError(
      `The target at ${session.target.url} stopped answering after ${done} of ${total} cases; the run was given up. What it did last is in the server's own log.`,
    );
  }
}

/** On a channel that accepts nobody one rule says so; the others have nothing to look at. */
function closedBefore(one: Planned, checked: Preflight): CaseResult | null {
  const why = checked.refused.get(one.channel);
  if (one.one === null || why === undefined || one.rule.id === acceptsValidConnection.id) return null;
  return resultOf(one, {
    verdict: 'not-testable',
    reason: `No valid connection is accepted on channel ${one.channel.name} (${why}).`,
    needs: [`serves: the channels that the target serves, if ${one.channel.name} is not one of them`],
  });
}

/** Circuit breaker: a target that cannot even be reached any more is not judged further. */
async function isDead(one: Planned, session: Session): Promise<boolean> {
  for (let attempt = 0; attempt < lastAttempts; attempt += 1) {
    try {
      await reach(one.channel, session);
      return false;
    } catch {
      await session.clock.sleep(300 * (attempt + 1));
    }
  }
  return true;
}
