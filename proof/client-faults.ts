// The faults of clients, and clients that do nothing: each first proven live, then put before the rules that must catch it.
import { runClientConformance } from '../conformance/client/run.ts';
import type { CaseResult } from '../conformance/result.ts';
import { type CatalogueEntry, clientFaultCatalogue } from '../examples/adapters/faulty/catalogue.ts';
import { findClientFault } from '../faults/client/index.ts';
import type { Contract } from '../scripts/model.ts';
import { isBroken } from './catch.ts';
import { ClientTales } from './client-live.ts';
import type { RuleRow } from './figures.ts';
import { isNullClientLive } from './null-client-live.ts';
import type { FaultOptions } from './server-faults.ts';

/** The contract with that channel alone: nothing is compiled that is not used. */
const only = (contract: Contract, channel: string): Contract => ({
  ...contract,
  channels: contract.channels.filter(({ name }) => name === channel),
});

const catches = ({ rule, reasons }: CatalogueEntry, one: CaseResult): boolean =>
  one.rule === rule && isBroken(one) && (reasons.length === 0 || reasons.includes(one.reason ?? ''));

/** Twice where it is not seen: a case that the machine was too busy for is undecided. */
async function caughtBy(entry: CatalogueEntry): Promise<CaseResult | null> {
  const { rule, stimulus, channels, contract } = entry;
  for (const channel of [...channels, ...channels]) {
    const { cases } = await runClientConformance(only(contract, channel), entry.start(), {
      rules: [rule, ...stimulus],
    });
    const by = cases.find((one) => catches(entry, one));
    if (by) return by;
  }
  return null;
}

async function othersOn(entry: CatalogueEntry, channel: string, own: readonly string[]) {
  const { cases } = await runClientConformance(only(entry.contract, channel), entry.start());
  return [...new Set(cases.filter((one) => isBroken(one) && !own.includes(one.rule)).map(({ rule }) => rule))].sort();
}

/** Whether each shows, by comparisons that know no rule. One after the other, before anything else is under way. */
async function liveness(contract: Contract, entries: readonly CatalogueEntry[]): Promise<ReadonlyMap<string, boolean>> {
  const tales = new ClientTales(contract);
  const found = new Map<string, boolean>();
  for (const entry of entries) {
    if (found.has(entry.id)) continue;
    const fault = findClientFault(entry.id);
    found.set(
      entry.id,
      fault === undefined ? await isNullClientLive(contract, entry.start()) : await tales.isLive(fault),
    );
  }
  return found;
}

/** Entries of an operator and a rule, each by the first fault that has it. */
export function distinctEntries(catalogue: readonly CatalogueEntry[]): readonly CatalogueEntry[] {
  const distinct = new Map<string, CatalogueEntry>();
  for (const entry of catalogue) {
    const key = `${entry.operator} ${entry.rule}`;
    if (!distinct.has(key)) distinct.set(key, entry);
  }
  return [...distinct.values()];
}

export async function proveClientFaults(contract: Contract, options: FaultOptions): Promise<void> {
  const { isQuick, known, jobs, onRow } = options;
  const catalogue = clientFaultCatalogue(contract);
  const wanted = (isQuick ? distinctEntries(catalogue) : catalogue).filter(({ id }) => !known.has(id));
  const live = await liveness(contract, wanted);
  const queue = [...grouped(wanted)];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [id, entries] = next;
      const rules: RuleRow[] = [];
      let channel: string | null = null;
      for (const entry of entries) {
        const by = await caughtBy(entry);
        rules.push({ rule: entry.rule, caught: by !== null, instance: by?.instance ?? null });
        channel ??= by?.channel ?? null;
      }
      const [first] = entries as [CatalogueEntry];
      const own = rules.map(({ rule }) => rule);
      const others = isQuick || channel === null ? null : await othersOn(first, channel, own);
      onRow({ role: 'client', id, sentence: first.sentence, live: live.get(id) ?? null, rules, others });
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

const grouped = (entries: readonly CatalogueEntry[]): Map<string, CatalogueEntry[]> => {
  const groups = new Map<string, CatalogueEntry[]>();
  for (const entry of entries) groups.set(entry.id, [...(groups.get(entry.id) ?? []), entry]);
  return groups;
};
