import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { expect, it, vi } from 'vitest';
import { openControl } from '../../conformance/adapter/control.ts';
import { runClientConformance } from '../../conformance/client/run.ts';
import type { RunResult } from '../../conformance/result.ts';
import type { Contract } from '../../scripts/model.ts';
import { boundedContract } from './faulty/bounded.ts';
import { faultyClient } from './faulty/catalogue.ts';

// A browser starts slowly where much else is going on.
vi.setConfig({ testTimeout: 240_000 });

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const contract: Contract = boundedContract(JSON.parse(readFileSync(here('../../generated/model.json'), 'utf8')));
const browser = process.env.CHROMIUM ?? '/usr/bin/chromium';
const rules = ['queue/bounded-by-bytes', 'queue/bounded-by-count'];

const verdicts = ({ cases }: RunResult) =>
  cases.filter(({ verdict }) => verdict !== 'not-applicable').map(({ instance, verdict }) => `${instance} ${verdict}`);

const passed = contract.channels
  .filter(({ queue }) => queue !== null)
  .flatMap(({ name }) => rules.map((rule) => `${rule}@${name} pass`))
  .sort();

/** The page of the adapter, with a client whose table has a bound by bytes. */
const page = `
import { createAdapter } from './generated-client.ts';
import { boundedTable } from './faulty/bounded.ts';
const socket = new WebSocket(control);
const around = (table, options, make) => make({ ...options, override: { queue: boundedTable(table).queue } });
const take = createAdapter('Chromium', (line) => socket.send(line), { parallel: 8, around });
socket.onmessage = ({ data }) => take(String(data));
`;

it('holds no more bytes than the contract says, and no fewer, in Node', async () => {
  const result = await runClientConformance(contract, faultyClient(null), { rules });
  expect(result.harnessError).toBeUndefined();
  expect(verdicts(result).sort()).toEqual(passed);
});

it.runIf(process.env.WIREPACT_REQUIRE_ALL === '1' || existsSync(browser))('and in Chromium', async () => {
  const { outputFiles } = await build({
    stdin: { contents: page, resolveDir: here('.'), loader: 'js' },
    bundle: true,
    write: false,
    format: 'iife',
    conditions: ['@wirepact/source'],
  });
  const control = await openControl();
  const chrome = await chromium.launch({ executablePath: browser, args: ['--no-sandbox'] });
  try {
    const content = `var control = ${JSON.stringify(control.url)};${outputFiles[0]?.text}`;
    await (await chrome.newPage()).addScriptTag({ content });
    const result = await runClientConformance(contract, await control.connected(60_000), { rules });
    expect(result.harnessError).toBeUndefined();
    expect(verdicts(result).sort()).toEqual(passed);
  } finally {
    await chrome.close();
    await control.close();
  }
});
