import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { describe, expect, it, vi } from 'vitest';
import { adapterProcess } from '../../conformance/adapter/process.ts';
import { runClientConformance } from '../../conformance/client/run.ts';
import type { RunResult } from '../../conformance/result.ts';
import type { Contract } from '../../scripts/model.ts';

// A browser and an interpreter start slowly where much else is going on.
vi.setConfig({ testTimeout: 240_000 });

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const contract: Contract = JSON.parse(readFileSync(here('../../generated/model.json'), 'utf8'));
const mustRun = process.env.WIREPACT_REQUIRE_ALL === '1';

const lines = (path: string) => readFileSync(here(path), 'utf8').trimEnd().split('\n').length;
const node = [process.execPath, '--conditions=@wirepact/source', '--import', 'tsx'];
const browser = process.env.CHROMIUM ?? '/usr/bin/chromium';
const python = ['python3', '/usr/bin/python3'].find(
  (program) => spawnSync(program, ['-c', 'import websockets']).status === 0,
);

/** Little of each family, on one channel that needs all of an adapter. */
const sample = [
  'handshake/client-address',
  'heartbeat/client-pings',
  'request/matched-by-id',
  'queue/sent-in-order-once',
];
const few = [
  ...sample,
  'reconnect/online-tries-at-once',
  'reconnect/page-cache-returns',
  'reconnect/rooms-joined-again',
  'heartbeat/wake-*',
  'validation/client-survives',
];

const broken = ({ cases }: RunResult) =>
  cases
    .filter(({ verdict }) => !['pass', 'not-applicable'].includes(verdict))
    .map(({ instance, verdict }) => `${instance} ${verdict}`);

describe('adapters', () => {
  it.each([
    ['node', ['node/adapter.ts', 'generated-client.ts']],
    ['chromium', ['chromium/adapter.ts', 'chromium/page.ts', 'generated-client.ts']],
    ['python', ['python/adapter.py']],
  ])('%s takes at most 150 lines, everything but the client counted', (_name, files) => {
    expect(files.reduce((sum, file) => sum + lines(file), 0)).toBeLessThanOrEqual(150);
  });

  it('drives the generated client in Node', async () => {
    const result = await runClientConformance(contract, [...node, here('node/adapter.ts')], {
      rules: few,
      channels: ['chat'],
    });
    expect(result.harnessError).toBeUndefined();
    expect(broken(result)).toEqual([]);
  });

  it.runIf(mustRun || existsSync(browser))('drives the generated client in Chromium', async () => {
    const command = [...node, here('chromium/adapter.ts')];
    const result = await runClientConformance(contract, command, { rules: few, channels: ['chat'] });
    expect(result.harnessError).toBeUndefined();
    expect(broken(result)).toEqual([]);
  });

  it.runIf(mustRun || python !== undefined)('drives a Python client, and lets its report stand as it is', async () => {
    expect(python, 'no Python with the package websockets').toBeDefined();
    const rules = [...sample, 'heartbeat/half-open-given-up', 'sequence/gap-asks-for-replay'];
    const adapter = adapterProcess([python as string, here('python/adapter.py')]);
    const result = await runClientConformance(contract, adapter, { rules });
    expect(result.harnessError).toBeUndefined();
    expect([...new Set(result.cases.map(({ channel }) => channel))].sort()).toEqual(['arena', 'chat']);
    // How late is too late is undecided on a busy machine; that it is not kept is not.
    const failed = result.cases
      .filter(({ verdict }) => verdict === 'fail' || verdict === 'inconclusive')
      .map(({ rule }) => rule);
    expect([...new Set(failed)].sort()).toEqual(['heartbeat/half-open-given-up', 'sequence/gap-asks-for-replay']);
    const passed = result.cases.filter(({ verdict }) => verdict === 'pass').map(({ rule }) => rule);
    expect(sample.filter((rule) => !passed.includes(rule))).toEqual([]);
  });
});

describe.runIf(mustRun || existsSync(browser))('--control-port', () => {
  it('judges a page that was opened by hand and connects by itself', async () => {
    const { outputFiles } = await build({
      entryPoints: [here('chromium/page.ts')],
      bundle: true,
      write: false,
      format: 'iife',
      conditions: ['@wirepact/source'],
    });
    const page = `<!doctype html><title>by hand</title><script>${outputFiles[0]?.text.replaceAll('</script', '<\\/script')}</script>`;
    const site = createServer((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end(page),
    );
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    const args = [
      'test',
      'client',
      '--control-port',
      '0',
      '--channel',
      'chat',
      '--report',
      here('../../reports/by-hand'),
    ];
    const rules = sample.flatMap((rule) => ['--rule', rule]);
    const suite = spawn(process.execPath, [here('../../bin/wirepact.js'), ...args, ...rules], { cwd: here('../..') });
    const hand = await chromium.launch({ executablePath: browser, args: ['--no-sandbox'] });
    try {
      const ended = new Promise<number | null>((resolve) => suite.on('close', resolve));
      let said = '';
      suite.stdout.on('data', (chunk: Buffer) => {
        said += chunk;
      });
      for await (const line of createInterface({ input: suite.stderr })) {
        const address = /Waiting for an adapter on (\S+)/.exec(line)?.[1];
        if (address === undefined) continue;
        const { port } = site.address() as AddressInfo;
        await (await hand.newPage()).goto(`http://127.0.0.1:${port}/?control=${encodeURIComponent(address)}`);
        break;
      }
      suite.stderr.resume();
      expect(await ended, said).toBe(0);
      expect(said).toContain('Chromium');
      expect(said).toContain('conformant');
    } finally {
      suite.kill();
      await hand.close();
      site.close();
    }
  });
});
