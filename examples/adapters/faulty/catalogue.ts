// Every fault of a client and every null client, each ready to be judged: what it breaks, which rule must see it, and where.
import { WebSocket } from 'ws';
import type { Transport } from '../../../conformance/adapter/adapter.ts';
import { localAdapter } from '../../../conformance/adapter/local.ts';
import { planClientRun } from '../../../conformance/client/plan.ts';
import { type ClientFault, clientFaults, operatorOf, withFault } from '../../../faults/client/index.ts';
import { nullClient, nullClients } from '../../../faults/client/null/index.ts';
import type { ClientTable } from '../../../runtime/client/index.ts';
import type { Contract } from '../../../scripts/model.ts';
import { channels, createAdapter } from '../generated-client.ts';
import { boundedContract, boundedTable } from './bounded.ts';

export interface CatalogueEntry {
  readonly id: string;
  readonly operator: string;
  readonly sentence: string;
  /** The rule that must fail, or warn. */
  readonly rule: string;
  /** Any of these slugs is the intended way to fail; none: any way is. */
  readonly reasons: readonly string[];
  /** Rules to run besides: a monitor judges what they make the client do. */
  readonly stimulus: readonly string[];
  /** What it is to be judged by: the contract, with a bound by bytes wherever it has a queue. */
  readonly contract: Contract;
  /** Channels in which the fault breaks something and the rule has cases. */
  readonly channels: readonly string[];
  /** The client with the fault, for `runClientConformance(entry.contract, entry.start(), ...)`. */
  start(): Transport;
}

const tables: Readonly<Record<string, ClientTable>> = Object.fromEntries(
  Object.entries(channels).map(([name, channel]) => [
    name,
    boundedTable((channel as Record<string, unknown>)[`${name}Table`] as ClientTable),
  ]),
);

/** The generated client of the bounded contract, with a fault; without one, as it is. */
export function faultyClient(fault: ClientFault | null): Transport {
  return localAdapter(fault?.id ?? 'no fault', (write) =>
    createAdapter(fault?.id ?? 'no fault', write, {
      WebSocket,
      around(plain, options, make) {
        const table = boundedTable(plain);
        const given = { ...options, override: { queue: table.queue } };
        return fault === null ? make(given) : withFault(fault, table, given, make);
      },
    }),
  );
}

/** One entry for each fault and each rule that must see it. */
export function clientFaultCatalogue(bundled: Contract): readonly CatalogueEntry[] {
  const contract = boundedContract(bundled);
  const places = new Map<string, Set<string>>();
  for (const { rule, channel, one } of planClientRun(contract, {})) {
    if (one !== null) places.set(rule.id, (places.get(rule.id) ?? new Set()).add(channel.name));
  }
  const broken = clientFaults.flatMap((fault) =>
    fault.intended.map(
      ({ rule, reasons }): CatalogueEntry => ({
        id: fault.id,
        operator: operatorOf(fault),
        sentence: fault.sentence,
        rule,
        reasons,
        stimulus: fault.stimulus ?? [],
        contract,
        channels: Object.keys(tables).filter(
          (name) => fault.appliesTo(tables[name] as ClientTable) && places.get(rule)?.has(name) === true,
        ),
        start: () => faultyClient(fault),
      }),
    ),
  );
  const nothing = nullClients.flatMap((client) =>
    client.intended.map(
      ({ rule, reasons }): CatalogueEntry => ({
        id: `null/${client.kind}`,
        operator: 'null',
        sentence: client.sentence,
        rule,
        reasons,
        stimulus: [],
        contract,
        channels: [...(places.get(rule) ?? [])],
        start: () => localAdapter(client.kind, (write) => nullClient(client.kind, write)),
      }),
    ),
  );
  return [...broken, ...nothing];
}
