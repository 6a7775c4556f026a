import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { faultyClient } from '../../examples/adapters/faulty/catalogue.ts';
import { findClientFault } from '../../faults/client/index.ts';
import { parseContract } from '../../scripts/parse/load.ts';
import type { RunResult } from '../result.ts';
import { readTarget } from '../target/read-target.ts';
import type { Target } from '../target/target.ts';
import { runPairConformance } from './run.ts';

const checkout = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const contract = parseContract(checkout('asyncapi.yaml'));
const target = await readTarget(checkout('reference-server/target.yaml'));

/** The bundled server with a fault in it. */
function withServerFault(fault: string): Target {
  const start = target.start!;
  return { ...target, start: { ...start, command: [...start.command, '--fault', fault] } };
}

const isBroken = ({ verdict }: { readonly verdict: string }) => verdict !== 'pass' && verdict !== 'not-applicable';

const told = ({ cases }: RunResult) =>
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

describe('a pair of which one breaks the contract is caught', () => {
  const ofClients = [
    ['sequence/delivered-as-it-comes', 'arena', 'sequence/in-order-through-faults'],
    ['sequence/one-in-seven-lost', 'arena', 'resync/complete-after-faults'],
    ['resync/missed-is-lost', 'arena', 'resync/replayed-after-faults'],
    ['idempotency/another-id', 'chat', 'queue/effect-once-through-faults'],
    ['request/waits-over-a-loss', 'chat', 'request/settled-once-through-faults'],
  ] as const;

  it.each(ofClients)('client: %s on %s, by %s', { timeout: 120_000 }, async (id, channel, rule) => {
    const fault = findClientFault(id);
    expect(fault).toBeDefined();
    const result = await runPairConformance(contract, target, faultyClient(fault ?? null), {
      channels: [channel],
      schedules: 8,
    });
    expect(result.harnessError).toBeUndefined();
    expect(told(result).join('\n')).toMatch(new RegExp(`${rule}@${channel}: (fail|warn)`));
  });

  const ofServers = [
    ['resync/unanswered', 'arena', 'resync/replayed-after-faults'],
    ['order/differs-by-member', 'chat', 'delivery/same-for-all-through-faults'],
    ['idempotency/second-message', 'chat', 'queue/effect-once-through-faults'],
  ] as const;

  it.each(ofServers)('server: %s on %s, by %s', { timeout: 120_000 }, async (id, channel, rule) => {
    const result = await runPairConformance(contract, withServerFault(id), faultyClient(null), {
      channels: [channel],
      schedules: 8,
      command: 'wirepact test pair',
    });
    expect(result.harnessError).toBeUndefined();
    expect(told(result).join('\n')).toMatch(new RegExp(`${rule}@${channel}: (fail|warn)`));
    expect(told(result).join('\n')).toMatch(/again: wirepact test pair --channel \w+ --seed \d+ --schedules 1/);
  });
});
