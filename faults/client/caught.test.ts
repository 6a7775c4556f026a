import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { runClientConformance } from '../../conformance/client/run.ts';
import type { CaseResult } from '../../conformance/result.ts';
import { boundedContract } from '../../examples/adapters/faulty/bounded.ts';
import { clientFaultCatalogue, faultyClient } from '../../examples/adapters/faulty/catalogue.ts';
import { distinctEntries } from '../../proof/client-faults.ts';
import type { Contract } from '../../scripts/model.ts';

// Each runs its one rule on one channel: the machine does little meanwhile but wait, so several run side by side.
vi.setConfig({ testTimeout: 150_000, maxConcurrency: 10 });

const bundled: Contract = JSON.parse(readFileSync(new URL('../../generated/model.json', import.meta.url), 'utf8'));
const contract = boundedContract(bundled);
// FAULT=text: those whose id has it. FAULTS=all: all of them. Else each operator once for each rule.
const wanted = process.env.FAULT ?? '';
const isWhole = wanted !== '' || process.env.FAULTS === 'all';
const every = clientFaultCatalogue(bundled);
const catalogue = (isWhole ? every : distinctEntries(every)).filter(({ id }) => id.includes(wanted));

/** The contract with that channel alone: nothing is compiled that is not used. */
const only = (channel: string): Contract => ({
  ...contract,
  channels: contract.channels.filter(({ name }) => name === channel),
});

const isBroken = ({ verdict }: CaseResult): boolean => verdict === 'fail' || verdict === 'warn';

const told = (cases: readonly CaseResult[]): readonly string[] =>
  cases
    .filter(({ verdict }) => verdict !== 'not-applicable')
    .map(({ instance, verdict, reason, observed }) => `${instance}: ${verdict} ${reason ?? ''} ${observed}`.trim());

describe.concurrent('a client with the fault', () => {
  for (const entry of catalogue) {
    const { id, rule, reasons, stimulus, channels } = entry;
    // A case that the machine was too busy for is undecided: then it is run again.
    it(`${id} is caught by ${rule}`, { retry: 1 }, async () => {
      const seen: string[] = [];
      expect(channels).not.toEqual([]);
      for (const channel of channels) {
        const result = await runClientConformance(only(channel), entry.start(), { rules: [rule, ...stimulus] });
        expect(result.harnessError).toBeUndefined();
        const judged = result.cases.filter((one) => one.rule === rule);
        const isCaught = judged.some(
          (one) => isBroken(one) && (reasons.length === 0 || reasons.includes(one.reason ?? '')),
        );
        if (isCaught) return;
        seen.push(...told(judged));
      }
      expect(seen).toEqual(`${rule} to fail for ${reasons.join(' or ')}`);
    });
  }
});

describe.runIf(wanted === '')('a client without a fault', () => {
  const places = new Map(catalogue.map((entry) => [`${entry.channels[0]} ${entry.rule}`, entry]));
  const channels = [...new Set([...places.values()].map((entry) => entry.channels[0] as string))];

  it.each(channels)('passes what catches the faults of %s', { retry: 1 }, async (channel) => {
    const here = [...places.values()].filter((entry) => entry.channels[0] === channel);
    const rules = here.flatMap(({ rule, stimulus }) => [rule, ...stimulus]);
    const result = await runClientConformance(only(channel), faultyClient(null), { rules });
    expect(result.harnessError).toBeUndefined();
    expect(told(result.cases.filter(({ verdict }) => !['pass', 'not-applicable'].includes(verdict)))).toEqual([]);
  });
});
