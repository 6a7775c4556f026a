import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runServerConformance } from '../../conformance/run.ts';
import { parseTarget } from '../../conformance/target/read-target.ts';
import type { Channel } from '../../scripts/model.ts';
import { parseContract } from '../../scripts/parse/load.ts';
import { deserved } from './deserved.ts';
import { nullServers, startNullServer } from './index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const contract = parseContract(`${root}/asyncapi.yaml`);
function bySize(left: Channel, right: Channel): number {
  return (
    left.serverMessages.length + left.clientMessages.length - right.serverMessages.length - right.clientMessages.length
  );
}

const folder = `${root}/reference-server`;
const text = await readFile(`${folder}/target.yaml`, 'utf8');
// The one with the fewest rules: on a server that answers nothing, each case waits as long as it may.
const channel = process.env.NULL_CHANNEL ?? contract.channels.toSorted(bySize)[0]!.name;

/** Rules that a server passes on one channel, and what it cannot be judged by. */
async function passes(name: keyof typeof nullServers): Promise<{ passed: readonly string[]; error: string }> {
  const server = await startNullServer(nullServers[name]);
  const { start: _start, identity: _identity, ...target } = await parseTarget(text, 'target.yaml', folder);
  const result = await runServerConformance(
    contract,
    { ...target, url: server.url, timeScale: 0.05, hooks: {}, run: { parallel: 100, timeoutMs: 20_000 } },
    { channels: [channel] },
  ).finally(() => server.close());
  return {
    passed: [...new Set(result.cases.filter((one) => one.verdict === 'pass').map((one) => one.rule))],
    error: result.harnessError ?? '',
  };
}

// One after the other: a flood beside it makes the suite more patient with each of them.
describe('a server that keeps no contract', () => {
  it.each(Object.keys(nullServers) as (keyof typeof nullServers)[])(
    '%s passes what it deserves alone',
    async (name) => {
      const { passed, error } = await passes(name);
      if (name === 'closes-at-once') expect(error).toContain('accepted no valid connection');
      else expect(error).toBe('');
      expect(passed).toEqual(Object.keys(deserved[name]));
    },
    180_000,
  );
});
