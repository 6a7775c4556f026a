// Runs the server suite against one target: the server started where it is to be, preflight, the lanes, and what came of it all.
import { randomUUID } from 'node:crypto';
import type { Contract } from '../scripts/model.ts';
import { Clock } from './harness/clock.ts';
import { RunRecord } from './harness/record.ts';
import { References } from './harness/references.ts';
import { Schemas } from './harness/schemas.ts';
import type { Session } from './harness/session.ts';
import { planRun } from './plan.ts';
import { preflight, reach, servedOf } from './preflight.ts';
import type { RunResult } from './result.ts';
import { LaneRun } from './run-lanes.ts';
import type { RunOptions } from './run-options.ts';
import { checkIdentity } from './target/identity.ts';
import { freePort, ServerProcess } from './target/process.ts';
import { readTarget } from './target/read-target.ts';
import { type Target, TargetError } from './target/target.ts';

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
  let lanes: LaneRun | null = null;
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
      references: new References(),
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
    lanes = new LaneRun(session, options, checked);
    await lanes.run(planned);
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
    cases: planned.flatMap((one) => lanes?.results.get(one) ?? []),
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
