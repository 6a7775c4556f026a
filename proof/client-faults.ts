// The faults of clients, each put before the rules that must catch it, and null clients before all rules.
import { runClientConformance } from '../conformance/client/run.ts';
import type { CaseResult } from '../conformance/result.ts';
import { type CatalogueEntry, clientFaultCatalogue } from '../examples/adapters/faulty/catalogue.ts';
import type { Contract } from '../scripts/model.ts';
import { isBroken } from './catch.ts';
import type { FaultRow, RuleRow } from './figures.ts';
import type { FaultOptions } from './server-faults.ts';

/** The contract with that channel alone: nothing is compiled that is not used. */
const only = (contract: Contract, channel: string): Contract => ({
  ...contract,
  channels: contract.channels.filter(({ name }) => name === channel),
});

const catches = ({ rule, reasons }: CatalogueEntry, one: CaseResult): boolean =>
  one.rule === rule && isBroken(one) && (reasons.length === 0 || reasons.includes(one.reason ?? ''));

/** Twice where it is not seen: a case that the machine was too busy for is undecided. */
async function caughtBy(contract: Contract, entry: CatalogueEntry): Promise<CaseResult | null> {
  const { rule, stimulus, channels } = entry;
  for (const channel of [...channels, ...channels]) {
    const { cases } = await runClientConformance(only(contract, channel), entry.start(), {
      rules: [rule, ...stimulus],
    });
    const by = cases.find((one) => catches(entry, one));
    if (by) return by;
  }
  return null;
}

async function othersOn(contract: Contract, entry: CatalogueEntry, channel: string, own: readonly string[]) {
  const { cases } = await runClientConformance(only(contract, channel), entry.start());
  return [...new Set(cases.filter((one) => isBroken(one) && !own.includes(one.rule)).map(({ rule }) => rule))].sort();
}

export async function proveClientFaults(contract: Contract, options: FaultOptions): Promise<void> {
  const { isQuick, known, jobs, onRow } = options;
  const byId = grouped(clientFaultCatalogue(contract));
  const seen = new Set<string>();
  const queue = [...byId].filter(([id]) => !known.has(id));
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [id, all] = next;
      const keyOf = ({ operator, rule }: CatalogueEntry): string => `${operator} ${rule}`;
      const entries = isQuick ? all.filter((entry) => !seen.has(keyOf(entry))) : all;
      for (const entry of entries) seen.add(keyOf(entry));
      const [first] = entries;
      if (!first) continue;
      const rules: RuleRow[] = [];
      let channel: string | null = null;
      for (const entry of entries) {
        const by = await caughtBy(contract, entry);
        rules.push({ rule: entry.rule, caught: by !== null, instance: by?.instance ?? null });
        channel ??= by?.channel ?? null;
      }
      const own = rules.map(({ rule }) => rule);
      const others = isQuick || channel === null ? null : await othersOn(contract, first, channel, own);
      const row: FaultRow = { role: 'client', id, sentence: first.sentence, live: null, rules, others };
      onRow(row);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

const grouped = (entries: readonly CatalogueEntry[]): Map<string, CatalogueEntry[]> => {
  const groups = new Map<string, CatalogueEntry[]>();
  for (const entry of entries) groups.set(entry.id, [...(groups.get(entry.id) ?? []), entry]);
  return groups;
};
