// Carries out the cases of a run lane by lane, those that were inconclusive again alone, and gives up a target that no longer answers.
import { isDisturbed } from './disturbed.ts';
import { Leases } from './harness/leases.ts';
import type { Session } from './harness/session.ts';
import { type Due, lanesOf } from './lanes.ts';
import { type Planned, resultOf } from './plan.ts';
import { isGone, type Preflight } from './preflight.ts';
import type { CaseResult } from './result.ts';
import { acceptsValidConnection } from './rules/handshake/accepts-valid-connection.ts';
import { isMonitor, judgeMonitor, runCase } from './run-case.ts';
import type { RunOptions } from './run-options.ts';
import { TargetError } from './target/target.ts';

/** Quiet cases side by side: they mostly wait. */
const quietWidth = 200;

/** Channels of which the exclusive cases run side by side: while one waits for the server, the other is built. */
const exclusiveWidth = 2;

/** So often is an inconclusive case run again, each time when the machine has calmed down, for at most so long. */
const rounds = 3;
const calmMs = 5000;

/** So many broken cases may be the machine's doing; more are the target's, and running them again alone would take ages. */
const mostDoubted = 24;

/** So often is a server that ends by itself started again. */
const mostCrashes = 40;
const noticedMs = 100;

export class LaneRun {
  readonly #session: Session;
  readonly #options: RunOptions;
  readonly #checked: Preflight;
  readonly #leases: Leases;
  readonly #results = new Map<Planned, CaseResult>();
  /** Inconclusive so far, with what was said of them. */
  readonly #again = new Map<Due, CaseResult>();
  /** Cases that are no quiet ones: at work now, and begun so far. */
  #loud = 0;
  #begun = 0;
  #doubted = 0;
  #repeating = false;
  #dead = false;
  /** Broken beside a case under which the server ended by itself; or by it. */
  readonly #shaken = new Set<Due>();
  #crashes = 0;
  #blamed = 0;
  /** Whether no other case is at work. */
  #alone = false;
  #rising: Promise<void> | null = null;
  #total = 0;
  #done = 0;

  constructor(session: Session, options: RunOptions, checked: Preflight) {
    this.#session = session;
    this.#options = options;
    this.#checked = checked;
    this.#leases = new Leases(session.target, session.schemas);
  }

  /** Those decided so far: also what a run that was given up has. */
  get results(): ReadonlyMap<Planned, CaseResult> {
    return this.#results;
  }

  async run(planned: readonly Planned[]): Promise<void> {
    const session = this.#session;
    const lanes = lanesOf(planned);
    this.#total = planned.filter(({ one }) => one !== null).length;
    this.#options.onEvent?.({ kind: 'start', total: this.#total, url: session.target.url });
    for (const one of lanes.idle) if (one.one === null) this.#settle(one, resultOf(one, { verdict: 'not-applicable' }));
    const { parallel } = session.target.run;
    // Each row keeps one place; where there are too few, the rows come after the others.
    const isBeside = parallel > lanes.rows.length;
    const pool = this.#work(lanes.parallel, isBeside ? parallel - lanes.rows.length : parallel);
    const quiet = this.#work(lanes.quiet, quietWidth, 'quiet');
    const rows = lanes.rows.map((row) => ({ row, measured: this.#work(row.quiet, quietWidth, 'quiet') }));
    // Quiet cases of a row have no users of their own: nothing has the channel to itself before they are over.
    const free = Promise.all([pool, ...rows.map(({ measured }) => measured)]);
    await Promise.all([
      quiet,
      ...rows.map(async ({ row, measured }) => {
        await measured;
        if (!isBeside) await pool;
        await this.#work(row.parallel, 1);
      }),
      free.then(() => this.#workRows(lanes.exclusive, Math.min(exclusiveWidth, parallel))),
    ]);
    await this.#repeat();
    await this.#work(lanes.server, 1);
    await this.#repeat();
    // A log may be written in blocks, the last of them when the server ends.
    await session.process?.stop();
    const recorded = session.record.recorded(session.process?.transcript ?? null);
    for (const one of lanes.idle) {
      if (one.one !== null && isMonitor(one.one) && !this.#dead) {
        this.#settle(one, judgeMonitor(one, one.one, recorded));
      }
    }
    if (this.#crashes > 0 && this.#blamed === 0 && !this.#dead) {
      throw new TargetError(
        `The server ended by itself in the run, ${this.#crashes} times, and it could not be told at what. Its last output:\n${session.process?.output ?? ''}`,
      );
    }
    if (this.#dead) {
      throw new TargetError(
        `The target at ${session.target.url} stopped answering after ${this.#done} of ${this.#total} cases; the run was given up. What it did last is in the server's own log.`,
      );
    }
  }

  #settle(one: Planned, result: CaseResult): void {
    this.#results.set(one, result);
    if (one.one === null) return;
    this.#done += 1;
    this.#options.onEvent?.({ kind: 'case', result, done: this.#done, total: this.#total });
  }

  async #work(cases: readonly Due[], width: number, lane: 'quiet' | 'loud' = 'loud', session = this.#session) {
    await eachOf(cases, width, (one) => this.#one(one, lane, session));
  }

  async #workRows(rows: readonly (readonly Due[])[], width: number): Promise<void> {
    await eachOf(rows, width, (row) => this.#work(row, 1));
  }

  async #one(one: Due, lane: 'quiet' | 'loud', session: Session): Promise<void> {
    await this.#rising;
    if (this.#dead) return;
    const closed = closedBefore(one, this.#checked);
    if (closed !== null) {
      this.#settle(one, closed);
      return;
    }
    if (lane === 'loud') {
      this.#loud += 1;
      this.#begun += 1;
    }
    const begun = this.#loud === 0 ? this.#begun : -1;
    const crashes = this.#crashes;
    const startedAt = session.clock.now();
    const result = await runCase(session, this.#leases, one);
    if (lane === 'loud') this.#loud -= 1;
    const crash = await this.#revive(result.verdict !== 'pass');
    if (this.#crashes > crashes && !this.#dead) {
      // Beside others nobody can tell whose doing it was: alone it shows.
      if (crash !== null && (this.#alone || this.#options.again === false)) {
        this.#settle(one, this.#blame(result, crash));
      } else {
        this.#shaken.add(one);
        this.#again.set(one, result);
      }
      return;
    }
    if (result.verdict === 'fail' || result.verdict === 'error') {
      this.#dead = this.#dead || (await isGone(one.channel, session));
    }
    if (this.#dead) return;
    if (this.#options.again === false) {
      this.#settle(one, result);
      return;
    }
    const isBroken =
      ['fail', 'warn', 'error'].includes(result.verdict) && !this.#repeating && this.#doubted < mostDoubted;
    // Whoever measures time beside others may have measured their work.
    const isBeside = lane === 'quiet' && begun !== this.#begun;
    if (
      result.verdict === 'inconclusive' ||
      (isBroken && (isBeside || (await isDisturbed(one, result, session.clock, startedAt))))
    ) {
      if (isBroken) this.#doubted += 1;
      this.#again.set(one, result);
    } else this.#settle(one, result);
  }

  /** Starts a server of the suite's own again that has ended by itself; how it ended, null where it did not. */
  async #revive(isBroken: boolean): Promise<string | null> {
    const { process } = this.#session;
    if (process === null) return null;
    // Its sockets are closed before its end is known.
    if (isBroken && this.#rising === null) await process.ended(noticedMs);
    const { crash } = process;
    if (crash === null) return null;
    this.#rising ??= this.#startAgain(process).finally(() => {
      this.#rising = null;
    });
    await this.#rising;
    return crash;
  }

  async #startAgain(process: NonNullable<Session['process']>): Promise<void> {
    this.#crashes += 1;
    if (this.#crashes > mostCrashes) {
      this.#dead = true;
      return;
    }
    await process.start().catch(() => {
      this.#dead = true;
    });
  }

  /** Whatever a client sends, the server goes on for the others: a MUST in every contract. */
  #blame(result: CaseResult, crash: string): CaseResult {
    this.#blamed += 1;
    return {
      ...result,
      verdict: 'fail',
      level: 'MUST',
      reason: 'crashed',
      expected: 'a server that goes on',
      observed: `its process ended by itself, ${crash}`,
    };
  }

  /**
   * What was inconclusive, again, and what the machine may have broken: the quiet ones beside one another, every
   * other alone; with nothing kept of what was observed.
   */
  async #repeat(): Promise<void> {
    this.#repeating = true;
    if (this.#doubted >= mostDoubted) {
      for (const [one, result] of this.#again) {
        if (result.verdict === 'inconclusive' || this.#shaken.has(one)) continue;
        this.#again.delete(one);
        this.#settle(one, result);
      }
    }
    for (let round = 0; round < rounds && this.#again.size > 0 && !this.#dead; round += 1) {
      const due = [...this.#again.keys()];
      await this.#session.clock.calm(calmMs);
      const fresh: Session = { ...this.#session, memory: new Map() };
      this.#again.clear();
      const isQuiet = ({ one }: Due) => one.lane === 'quiet';
      // Those beside which the server ended show alone whose doing it was.
      const isCalm = (one: Due) => !this.#shaken.has(one);
      const quiet = due.filter(isQuiet);
      await this.#work(quiet.filter(isCalm), quietWidth, 'quiet', fresh);
      const shaken = quiet.filter((one) => !isCalm(one));
      this.#shaken.clear();
      this.#alone = true;
      await this.#work(shaken, 1, 'quiet', fresh);
      await this.#work(
        due.filter((one) => !isQuiet(one)),
        1,
        'loud',
        fresh,
      );
      this.#alone = false;
    }
    for (const [one, result] of this.#again) this.#settle(one, result);
    this.#again.clear();
    this.#repeating = false;
  }
}

/** So many side by side, in their order. */
async function eachOf<T>(all: readonly T[], width: number, run: (one: T) => Promise<void>): Promise<void> {
  const queue = [...all];
  const worker = async () => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) await run(one);
  };
  await Promise.all(Array.from({ length: Math.min(width, queue.length) }, worker));
}

/** On a channel that accepts nobody one rule says so; the others have nothing to look at. */
function closedBefore(one: Due, checked: Preflight): CaseResult | null {
  const why = checked.refused.get(one.channel);
  if (why === undefined || one.rule.id === acceptsValidConnection.id) return null;
  return resultOf(one, {
    verdict: 'not-testable',
    reason: `No valid connection is accepted on channel ${one.channel.name} (${why}).`,
    needs: [`serves: the channels that the target serves, if ${one.channel.name} is not one of them`],
  });
}
