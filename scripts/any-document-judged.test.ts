import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { checkout } from './fixtures/compiled.ts';
import { temporaryFolder } from './fixtures/edited.ts';
import { renamed } from './rename/names.ts';
import { renameContractText } from './rename/rename-contract.ts';

const contracts = fileURLToPath(new URL('fixtures/contracts/', import.meta.url));

interface JudgedCase {
  readonly instance: string;
  readonly rule: string;
  readonly verdict: string;
}

/** Serves a mock of the contract and judges it, in processes of their own: what `wirepact serve` and `wirepact test` do. */
function judge(contract: string, target: string, channels: readonly string[]): readonly JudgedCase[] {
  const report = temporaryFolder();
  const args = ['test', 'server', '--contract', contract, '--target', target, '--report', report];
  for (const channel of channels) args.push('--channel', channel);
  const run = spawnSync(process.execPath, [join(checkout, 'bin/wirepact.js'), ...args], { encoding: 'utf8' });
  const { cases } = JSON.parse(readFileSync(join(report, 'report.json'), 'utf8')) as { cases: readonly JudgedCase[] };
  expect(cases.filter(({ verdict }) => verdict === 'pass').length, run.stdout + run.stderr).toBeGreaterThan(50);
  return cases;
}

const verdicts = (cases: readonly JudgedCase[], ...wanted: readonly string[]) =>
  cases.filter(({ verdict }) => wanted.includes(verdict)).map(({ instance }) => instance);

test('a mock of the whiteboard keeps every rule of its contract', () => {
  const cases = judge(join(contracts, 'whiteboard.yaml'), join(contracts, 'whiteboard.target.yaml'), [
    'whiteboard',
    'gallery',
  ]);
  expect(verdicts(cases, 'fail', 'warn', 'inconclusive', 'error')).toEqual([]);
}, 240_000);

test('a mock of the exchange keeps every rule of the quotes', () => {
  const cases = judge(join(contracts, 'exchange.yaml'), join(contracts, 'exchange.target.yaml'), ['quotes']);
  expect(verdicts(cases, 'fail', 'warn', 'inconclusive', 'error')).toEqual([]);
}, 240_000);

test('a mock of the renamed bundled contract keeps the rules of a channel with rooms, a sequence and a replay', () => {
  const folder = temporaryFolder();
  const contract = join(folder, 'asyncapi.yaml');
  const target = join(folder, 'target.yaml');
  writeFileSync(contract, renameContractText(readFileSync(join(checkout, 'asyncapi.yaml'), 'utf8')));
  const text = readFileSync(join(contracts, 'renamed.target.yaml'), 'utf8');
  writeFileSync(target, text.replace('{checkout}', checkout.replace(/\/$/, '')));
  const cases = judge(contract, target, [renamed('arena')]);
  expect(verdicts(cases, 'fail', 'inconclusive', 'error')).toEqual([]);
  expect(cases.some(({ rule }) => rule === 'resync/replay-complete')).toBe(true);
}, 240_000);
