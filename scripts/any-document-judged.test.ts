import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { checkout } from './fixtures/compiled.ts';
import { temporaryFolder } from './fixtures/edited.ts';
import { renameContractText } from './rename/rename-contract.ts';

const contracts = fileURLToPath(new URL('fixtures/contracts/', import.meta.url));

interface JudgedCase {
  readonly instance: string;
  readonly rule: string;
  readonly channel: string;
  readonly verdict: string;
}

/** Serves a mock of the contract and judges it, in processes of their own: what `wirepact serve` and `wirepact test` do. */
function judge(contract: string, target: string): readonly JudgedCase[] {
  const report = temporaryFolder();
  const args = ['test', 'server', '--contract', contract, '--target', target, '--report', report];
  const run = spawnSync(process.execPath, [join(checkout, 'bin/wirepact.js'), ...args], { encoding: 'utf8' });
  const { cases } = JSON.parse(readFileSync(join(report, 'report.json'), 'utf8')) as { cases: readonly JudgedCase[] };
  expect(cases.filter(({ verdict }) => verdict === 'pass').length, run.stdout + run.stderr).toBeGreaterThan(50);
  return cases;
}

/** What was neither kept nor without meaning there. */
const notKept = (cases: readonly JudgedCase[]) =>
  cases
    .filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable')
    .map(({ instance, verdict }) => `${verdict} ${instance}`);

test.each(['exchange', 'fleet', 'desk', 'auction'])(
  'a mock of the %s keeps every rule of its contract, and each can be judged',
  (name) => {
    const cases = judge(join(contracts, `${name}.yaml`), join(contracts, `${name}.target.yaml`));
    expect(notKept(cases)).toEqual([]);
  },
  240_000,
);

test('a mock of the renamed bundled contract keeps every rule of all its channels, and each can be judged', () => {
  const folder = temporaryFolder();
  const contract = join(folder, 'asyncapi.yaml');
  const target = join(folder, 'target.yaml');
  writeFileSync(contract, renameContractText(readFileSync(join(checkout, 'asyncapi.yaml'), 'utf8')));
  const text = readFileSync(join(contracts, 'renamed.target.yaml'), 'utf8');
  writeFileSync(target, text.replace('{checkout}', checkout.replace(/\/$/, '')));
  const cases = judge(contract, target);
  expect(notKept(cases)).toEqual([]);
  expect(new Set(cases.map(({ channel }) => channel)).size).toBe(6);
}, 240_000);
