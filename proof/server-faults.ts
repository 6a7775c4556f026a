// The faults of servers: each first proven live, then put before the rules that must catch it, then before all rules of the channel.
import type { CaseResult } from '../conformance/result.ts';
import { type Fault, faults } from '../faults/index.ts';
import { catchFault, distinctPairs, isBroken, isHeavy, needsProcess, placesOf, run } from './catch.ts';
import type { FaultRow, RuleRow } from './figures.ts';
import { isLive } from './live.ts';
import type { Stand } from './stand.ts';

export interface FaultOptions {
  /** Each operator once for each rule, and those rules alone. */
  readonly isQuick: boolean;
  /** Ids that are decided already. */
  readonly known: ReadonlySet<string>;
  /** Faults side by side. */
  readonly jobs: number;
  onRow(row: FaultRow): void;
}

// It shows in what the server prints, and clients see nothing of it.
const ofOutput = 'auth/token-in-log';

/** What is worth nothing in a process that it shares with the suite, or where others are judged beside it. */
const alone = /^(limits\/(rate|backlog)|shutdown|heartbeat|auth\/expiry)/;

/** Every other rule that fails on that channel. */
async function othersOn(stand: Stand, fault: Fault, channel: string): Promise<readonly string[]> {
  let cases: readonly CaseResult[] = [];
  try {
    cases = await run(stand, fault, [], [channel]);
  } catch {
    // A server that accepts nobody, or dies, ends the run: the intended rules have said so.
    return [];
  }
  const intended = new Set(fault.intended.map(({ rule }) => rule));
  const broken = cases.filter((one) => isBroken(one) && !intended.has(one.rule) && !alone.test(one.rule));
  return [...new Set(broken.map(({ rule }) => rule))].sort();
}

async function judge(stand: Stand, fault: Fault, rules: ReadonlySet<string>, isQuick: boolean): Promise<FaultRow> {
  const live = fault.id === ofOutput ? null : await isLive(stand, fault);
  const rows: RuleRow[] = [];
  let channel: string | null = null;
  for (const intended of fault.intended.filter(({ rule }) => rules.has(rule))) {
    const { by } = await catchFault(stand, { fault, intended }).catch(() => ({ by: null }));
    rows.push({ rule: intended.rule, caught: by !== null, instance: by?.instance ?? null });
    channel ??= by?.channel ?? placesOf(stand, fault, intended)[0]?.name ?? null;
  }
  const isShown = !isQuick && channel !== null && !fault.intended.some(needsProcess);
  const others = isShown ? await othersOn(stand, fault, channel!) : null;
  return { role: 'server', id: fault.id, sentence: fault.sentence, live, rules: rows, others };
}

export async function proveServerFaults(stand: Stand, options: FaultOptions): Promise<void> {
  const { isQuick, known, jobs, onRow } = options;
  const distinct = distinctPairs(faults);
  const rulesOf = (fault: Fault): ReadonlySet<string> => {
    const pairs = isQuick
      ? distinct.filter((pair) => pair.fault === fault)
      : fault.intended.map((intended) => ({ intended }));
    return new Set(pairs.map(({ intended }) => intended.rule));
  };
  const wanted = faults.filter((fault) => rulesOf(fault).size > 0 && !known.has(fault.id));
  const isSlow = (fault: Fault): boolean =>
    fault.intended.some((intended) => isHeavy(stand, intended) || needsProcess(intended));
  for (const [list, width] of [
    [wanted.filter((fault) => !isSlow(fault)), jobs],
    [wanted.filter(isSlow), 1],
  ] as const) {
    const queue = [...list];
    const worker = async (): Promise<void> => {
      for (let fault = queue.shift(); fault; fault = queue.shift()) {
        onRow(await judge(stand, fault, rulesOf(fault), isQuick));
      }
    };
    await Promise.all(Array.from({ length: width }, worker));
  }
}
