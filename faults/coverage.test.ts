import { expect, it } from 'vitest';
import { contractChannels } from '../cli/contract-channels.ts';
import { serverRules } from '../conformance/rules/index.ts';
import { parseContract } from '../scripts/parse/load.ts';
import { coverageOf } from './coverage.ts';
import { faults, faultsFor, findFault, operators } from './index.ts';

const observable = serverRules.filter((rule) => rule.notObservable === undefined);

it('has faults of every operator, each id once', () => {
  expect(faults.length).toBeGreaterThanOrEqual(60);
  expect(new Set(faults.map(({ id }) => id)).size).toBe(faults.length);
  expect(new Set(faults.map(({ id }) => id.split('/')[0]))).toEqual(new Set(operators));
  expect(findFault(faults[0]!.id)).toBe(faults[0]);
});

it('breaks something of the bundled contract by each of them, and says of a contract without channels that none does', () => {
  const contract = parseContract(new URL('../asyncapi.yaml', import.meta.url).pathname);
  const tables = contractChannels(contract).map(({ table }) => table);
  expect(faultsFor(tables)).toEqual(faults);
  expect(faultsFor([])).toEqual([]);
});

it('names rules that exist, and has a fault for every MUST that shows from outside', () => {
  const { unknown, uncovered } = coverageOf(
    faults,
    observable.map(({ id }) => id),
  );
  expect(unknown).toEqual([]);
  const must = observable.filter(({ id, level }) => level === 'MUST' && uncovered.includes(id));
  expect(
    must.map(({ id }) => id),
    'MUST rules that no fault of faults/ is to trip: add one',
  ).toEqual([]);
});
