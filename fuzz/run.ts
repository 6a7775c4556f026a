// Fuzzes the bundled server in this process: so many cases from a seed, with bystanders, and what must not happen meanwhile.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readTarget } from '../conformance/index.ts';
import { startReferenceServer } from '../reference-server/index.ts';
import type { LogEntry, SeamDecorator } from '../runtime/server/index.ts';
import { parseContract } from '../scripts/parse/load.ts';
import { type Layer, layers, playBatch } from './batch.ts';
import { Bystander } from './bystander.ts';
import { placesOf } from './places.ts';
import { failureIn, LeapingClock, patienceMs, ServerMessages, type Stand } from './stand.ts';

export interface FuzzOptions {
  readonly seed: number;
  /** Hostile inputs in all; the last batch may go beyond. */
  readonly cases: number;
  /** Plays these batches of the seed alone. */
  readonly batches?: readonly number[];
  /** Ends when it has found so many. @default 20 */
  readonly findings?: number;
  /** Breaks the server, to see it found. */
  readonly decorate?: SeamDecorator;
  /** Told of each finding at once, and of the progress. */
  readonly print?: (line: string) => void;
}

export interface FuzzResult {
  readonly cases: Readonly<Record<Layer, number>>;
  readonly batches: number;
  /** In words, with seed and batch. */
  readonly findings: readonly string[];
  /** What the heap holds more after the run than after its first fifth, bytes; the least of several looks. */
  readonly grownBytes: number;
  /** How long the event loop was busy at most with one turn, ms: of the server, its clients, and the machine. */
  readonly longestTurnMs: number;
}

const checkout = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Batches under way at once: the server and its clients share one thread, and wait for each other. */
const TOGETHER = 8;
/** Batches between two round trips of each bystander. */
const ROUND_TRIP_EVERY = 100;

/** What the process holds after everything that can be let go was. */
const heldBytes = async (): Promise<number> => {
  v8.setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  let least = Number.POSITIVE_INFINITY;
  for (let again = 0; again < 3; again += 1) {
    // Sockets that have just ended are let go a turn later.
    await new Promise((resolve) => setTimeout(resolve, 100));
    collect();
    const { heapUsed, external } = process.memoryUsage();
    least = Math.min(least, heapUsed + external);
  }
  return least;
};

/** More than what a run of so many cases may come to hold: caches that fill, and no case that is kept. */
export const boundOf = (cases: number): number => 6 * 1024 * 1024 + 8 * cases;

export const fuzz = async (options: FuzzOptions): Promise<FuzzResult> => {
  const { seed, print = () => {}, findings: mostFindings = 20, decorate } = options;
  const findings: string[] = [];
  const underWay = new Set<number>();
  const report = (what: string): void => {
    const finding = `WIREPACT_FUZZ_SEED=${seed} WIREPACT_FUZZ_BATCH=${[...underWay]}: ${what}`;
    if (findings.length < mostFindings) print(finding);
    findings.push(finding);
  };
  const crashed = (error: unknown): void => report(`crash: ${error instanceof Error ? error.stack : String(error)}`);
  const log = (entry: LogEntry): void => {
    const failure = failureIn(entry);
    if (failure !== null) report(failure);
  };
  const contract = parseContract(checkout('asyncapi.yaml'));
  const target = await readTarget(checkout('reference-server/target.yaml'));
  const clock = new LeapingClock();
  const server = await startReferenceServer({
    clock,
    log,
    // A machine that is busy with other things is no fault of the server.
    bounds: { handshakeTimeoutMs: patienceMs },
    ...(target.tokens && { secret: target.tokens.secret }),
    ...(decorate && { decorate }),
  });
  let marks = 900_000_000_000_000;
  const stand: Stand = {
    places: await placesOf(contract, target, server.url),
    clock,
    messages: new ServerMessages(),
    nextMark: () => ++marks,
  };
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) process.on(event, crashed);
  const bystanders = await Promise.all(stand.places.map((place) => Bystander.join(stand, place, report)));

  const turns = monitorEventLoopDelay();
  turns.enable();
  const cases: Record<Layer, number> = { bytes: 0, frames: 0, json: 0, messages: 0 };
  const sum = (): number => layers.reduce((all, layer) => all + cases[layer], 0);
  let played = 0;
  const { batches } = options;
  const isOver = (): boolean => findings.length >= mostFindings || (batches !== undefined && played >= batches.length);
  const work = async (until: number): Promise<void> => {
    while (!isOver() && sum() < until) {
      const number = batches?.[played] ?? played;
      played += 1;
      underWay.add(number);
      const { layer, channel, cases: count, finding } = await playBatch(stand, seed, number);
      cases[layer] += count;
      underWay.delete(number);
      if (finding !== null) {
        const known = `WIREPACT_FUZZ_SEED=${seed} WIREPACT_FUZZ_BATCH=${number}: ${layer} of ${channel}: ${finding}`;
        print(known);
        findings.push(known);
      }
      if (number % ROUND_TRIP_EVERY === 0) await Promise.all(bystanders.map((one) => one.roundTrip()));
      if (number % 10_000 === 9_999) print(`${sum()} cases, ${findings.length} findings`);
    }
  };
  const workers = (until: number): Promise<unknown> => Promise.all(Array.from({ length: TOGETHER }, () => work(until)));
  await workers(options.cases / 5);
  const before = await heldBytes();
  await workers(options.cases);
  turns.disable();
  const grownBytes = (await heldBytes()) - before;
  await Promise.all(bystanders.map((one) => one.roundTrip()));
  for (const bystander of bystanders) bystander.leave();
  await server.close();
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) process.off(event, crashed);
  return { cases, batches: played, findings, grownBytes, longestTurnMs: Math.round(turns.max / 1e6) };
};
