import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { runServerConformance } from '../../conformance/run.ts';
import { parseTarget } from '../../conformance/target/read-target.ts';
import { parseContract } from '../../scripts/parse/load.ts';
import { type NullServer, nullServers, startNullServer } from './index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const contract = parseContract(`${root}/asyncapi.yaml`);
const folder = `${root}/reference-server`;
const text = await readFile(`${folder}/target.yaml`, 'utf8');
const channel = process.env.NULL_CHANNEL ?? 'chat';

let server: NullServer | null = null;

afterEach(async () => {
  await server?.close();
  server = null;
});

/** Rules that a server passes on one channel, and what it cannot be judged by. */
async function passes(name: keyof typeof nullServers): Promise<{ passed: readonly string[]; error: string }> {
  server = await startNullServer(nullServers[name]);
  const { start: _start, identity: _identity, ...target } = await parseTarget(text, 'target.yaml', folder);
  const result = await runServerConformance(
    contract,
    { ...target, url: server.url, timeScale: 0.05, hooks: {}, run: { parallel: 100, timeoutMs: 20_000 } },
    { channels: [channel] },
  );
  return {
    passed: [...new Set(result.cases.filter((one) => one.verdict === 'pass').map((one) => one.rule))],
    error: result.harnessError ?? '',
  };
}

/** What a server may pass that does nothing, and why it is no gift. */
const deserved: { readonly [name in keyof typeof nullServers]: { readonly [rule: string]: string } } = {
  silent: {},
  echo: {},
  'closes-at-once': {},
  flood: {},
};

it.each(Object.keys(nullServers) as (keyof typeof nullServers)[])('%s passes what it deserves alone', async (name) => {
  const { passed, error } = await passes(name);
  if (name === 'closes-at-once') expect(error).toContain('accepted no valid connection');
  else expect(error).toBe('');
  expect(passed).toEqual(Object.keys(deserved[name]));
});
