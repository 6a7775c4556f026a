// The faults that a pair must show: a client and a server, one of them broken, over a line with faults, schedule after schedule
// until the intended rule fails for the intended reason.
import { runPairConformance } from '../conformance/pair/run.ts';
import { pairRules } from '../conformance/pair-rules/index.ts';
import type { CaseResult } from '../conformance/result.ts';
import { faultyClient } from '../examples/adapters/faulty/catalogue.ts';
import { findClientFault } from '../faults/client/index.ts';
import { findFault } from '../faults/index.ts';
import { type PairFault, pairFaults } from '../faults/pair.ts';
import { isBroken, isIntended, timeScale } from './catch.ts';
import { ClientTales } from './client-live.ts';
import { generatedOf } from './client-story.ts';
import type { FaultRow } from './figures.ts';
import { isLive } from './live.ts';
import type { FaultOptions } from './server-faults.ts';
import type { Stand } from './stand.ts';

/** Schedules of one run: a few, as the first often shows it. */
const atOnce = 6;
const most = 24;

/** Channels where the fault breaks something and the rule has something to judge, those that offer most first. */
export function pairPlaces({ contract, tables }: Stand, { side, fault, intended }: PairFault): readonly string[] {
  const rule = pairRules.find(({ id }) => id === intended.rule);
  const [ofServer, ofClient] = [findFault(fault), findClientFault(fault)];
  return contract.channels
    .filter((channel, index) => {
      const applies =
        side === 'server' ? ofServer?.appliesTo(tables[index]!) : ofClient?.appliesTo(generatedOf(channel).table);
      return applies === true && (rule?.cases(contract, channel).length ?? 0) > 0;
    })
    .map(({ name }) => name);
}

async function play(stand: Stand, one: PairFault, options: object): Promise<readonly CaseResult[]> {
  const [ofServer, ofClient] = [findFault(one.fault) ?? null, findClientFault(one.fault) ?? null];
  const standing = await stand.start({ fault: one.side === 'server' ? ofServer : null, timeScale, control: true });
  try {
    const target = await stand.target(standing, timeScale);
    const client = faultyClient(one.side === 'client' ? ofClient : null);
    const result = await runPairConformance(stand.contract, target, client, options);
    if (result.harnessError !== undefined) throw new Error(result.harnessError);
    return result.cases;
  } finally {
    await standing.close();
  }
}

export interface PairCatch {
  /** The result that shows it; null: the fault survived. */
  readonly by: CaseResult | null;
  /** What else failed meanwhile. */
  readonly others: readonly CaseResult[];
}

export async function catchInPair(stand: Stand, one: PairFault): Promise<PairCatch> {
  const others: CaseResult[] = [];
  for (let seed = 1; seed < most; seed += atOnce) {
    for (const channel of pairPlaces(stand, one)) {
      const cases = await play(stand, one, { channels: [channel], seed, schedules: atOnce });
      const by = cases.find((result) => isIntended(result, one.intended)) ?? null;
      others.push(...cases.filter((result) => result !== by && isBroken(result)));
      if (by !== null) return { by, others };
    }
  }
  return { by: null, others };
}

/** One row a fault, whatever rules it is for. */
export async function provePairFaults(stand: Stand, { known, onRow }: FaultOptions): Promise<void> {
  const tales = new ClientTales(stand.contract);
  const ids = new Set(pairFaults.map(({ side, fault }) => `${side} ${fault}`));
  for (const id of ids) {
    if (known.has(id)) continue;
    const all = pairFaults.filter(({ side, fault }) => `${side} ${fault}` === id);
    const [{ side, fault }] = all as [PairFault];
    const [ofServer, ofClient] = [findFault(fault), findClientFault(fault)];
    const live = side === 'server' ? await isLive(stand, ofServer!) : await tales.isLive(ofClient!);
    const rules: FaultRow['rules'][number][] = [];
    const others = new Set<string>();
    for (const one of all) {
      const found = await catchInPair(stand, one);
      rules.push({ rule: one.intended.rule, caught: found.by !== null, instance: found.by?.instance ?? null });
      for (const { rule } of found.others) others.add(rule);
    }
    for (const { rule } of rules) others.delete(rule);
    const sentence = (side === 'server' ? ofServer : ofClient)!.sentence;
    onRow({ role: 'pair', id, sentence, live, rules, others: [...others].sort() });
  }
}
