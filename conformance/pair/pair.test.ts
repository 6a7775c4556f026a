import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { faultyClient } from '../../examples/adapters/faulty/catalogue.ts';
import { pairFaults } from '../../faults/pair.ts';
import { catchInPair } from '../../proof/pair-faults.ts';
import { bundledStand } from '../../proof/stand.ts';
import { parseContract } from '../../scripts/parse/load.ts';
import { pairRules } from '../pair-rules/index.ts';
import type { RunResult } from '../result.ts';
import { readTarget } from '../target/read-target.ts';
import { runPairConformance } from './run.ts';

const checkout = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const contract = parseContract(checkout('asyncapi.yaml'));
const target = await readTarget(checkout('reference-server/target.yaml'));

const isBroken = ({ verdict }: { readonly verdict: string }) => verdict !== 'pass' && verdict !== 'not-applicable';

const told = ({ cases }: Pick<RunResult, 'cases'>) =>
  cases
    .filter(isBroken)
    .map(
      ({ instance, verdict, reason, expected, observed }) =>
        `${instance}: ${verdict} ${reason}: ${expected}; ${observed}`,
    );

describe('the bundled client and the bundled server, over a line with faults', () => {
  it('keep every rule on every channel', { timeout: 120_000 }, async () => {
    const result = await runPairConformance(contract, target, faultyClient(null), { schedules: 3 });
    expect(result.harnessError).toBeUndefined();
    // Of a few schedules not all give each rule something to hold for.
    expect(told(result).filter((line) => !line.includes('not-testable'))).toEqual([]);
    const judged = result.cases.filter(({ verdict }) => verdict === 'pass').map(({ channel }) => channel);
    expect(new Set(judged)).toEqual(new Set(contract.channels.map(({ name }) => name)));
  });
});

// They mostly wait: several side by side.
describe.concurrent('a pair of which one breaks the contract is caught', () => {
  const stand = bundledStand(contract);

  it('by every rule for pairs', () => {
    const intended = pairFaults.map(({ intended: { rule } }) => rule);
    expect([...new Set(intended)].sort()).toEqual(pairRules.map(({ id }) => id as string).sort());
  });

  it.each(pairFaults.map((one) => [`${one.side} ${one.fault}`, one.intended.rule, one] as const))(
    '%s by %s',
    { timeout: 150_000 },
    async (_name, _rule, one) => {
      const { by, others } = await catchInPair(stand, one);
      expect(by, told({ cases: others }).join('\n')).not.toBeNull();
    },
  );
});

it('says which schedule broke a rule, and how to play it again', { timeout: 120_000 }, async () => {
  const { start } = target;
  const command = [...start!.command, '--fault', 'idempotency/second-message'];
  const broken = { ...target, start: { ...start!, command } };
  const options = { channels: ['chat'], rules: ['queue/*'], command: 'wirepact test pair' };
  const first = await runPairConformance(contract, broken, faultyClient(null), { ...options, schedules: 8 });
  const seed = /again: wirepact test pair --channel chat --seed (\d+) --schedules 1/.exec(told(first).join('\n'))?.[1];
  expect(seed, told(first).join('\n')).toBeDefined();
  const again = await runPairConformance(contract, broken, faultyClient(null), {
    ...options,
    seed: Number(seed),
    schedules: 1,
  });
  expect(told(again).join('\n')).toMatch(/queue\/effect-once-through-faults@chat: fail duplicate/);
});
