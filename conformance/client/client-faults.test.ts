import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createAdapter, type Parts } from '../../examples/adapters/generated-client.ts';
import type { Contract } from '../../scripts/model.ts';
import { type ClientFault, clientFaults } from '../fixtures/client-faults.ts';
import { localAdapter } from '../fixtures/local-adapter.ts';
import type { RunResult } from '../result.ts';
import { runClientConformance } from './run.ts';

const contract: Contract = JSON.parse(readFileSync(new URL('../../generated/model.json', import.meta.url), 'utf8'));

/** A monitor judges what other cases make the client send. */
const stimulus: Readonly<Record<string, string>> = {
  'validation/client-sends-envelope@chat': 'queue/sent-in-order-once@chat',
  'validation/client-sends-valid@climbing': 'queue/sent-in-order-once@climbing',
};

async function run(rules: readonly string[], fault?: ClientFault): Promise<RunResult> {
  const parts: Parts = { WebSocket: WebSocket as never };
  if (fault !== undefined) parts.decorate = (options) => fault.decorate(options as never) as never;
  const adapter = localAdapter('faulty', (write) => createAdapter('test', write, parts));
  return await runClientConformance(contract, adapter, { rules });
}

describe('faults of a client', () => {
  it('the client without any fault passes all of these', { retry: 2 }, async () => {
    const rules = [...new Set(clientFaults.map(({ instance }) => instance)), ...Object.values(stimulus)];
    const result = await run(rules);
    expect(result.harnessError).toBeUndefined();
    const broken = result.cases.filter(({ verdict }) => verdict !== 'pass');
    expect(broken.map(({ instance, observed }) => `${instance}: ${observed}`)).toEqual([]);
  });

  describe.concurrent('each is seen by its rule', () => {
    // On a busy machine a case may be undecided: then it is run again.
    it.each(clientFaults)('$name: $instance ($reason)', { retry: 2 }, async (fault) => {
      const rules = [
        fault.instance,
        ...(stimulus[fault.instance] === undefined ? [] : [stimulus[fault.instance] ?? '']),
      ];
      const result = await run(rules, fault);
      const seen = result.cases.find(({ instance }) => instance === fault.instance);
      expect(['fail', 'warn'], `${seen?.verdict}: ${seen?.reason}`).toContain(seen?.verdict);
      expect(`${seen?.reason}: ${seen?.observed}`).toContain(fault.reason);
    });
  });
});
