import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { clientRules } from '../../conformance/client-rules/index.ts';
import { boundedContract } from '../../examples/adapters/faulty/bounded.ts';
import { clientFaultCatalogue } from '../../examples/adapters/faulty/catalogue.ts';
import type { Contract } from '../../scripts/model.ts';
import { clientFaults, clientFaultsFor, clientOperators, findClientFault, operatorOf } from './index.ts';
import { nullClients } from './null/index.ts';

const bundled: Contract = JSON.parse(readFileSync(new URL('../../generated/model.json', import.meta.url), 'utf8'));
const contract = boundedContract(bundled);
const catalogue = clientFaultCatalogue(bundled);
const observable = clientRules.filter((rule) => !('notObservable' in rule) || rule.notObservable === undefined);

it('has faults of every operator, each id once', () => {
  expect(clientFaults.length).toBeGreaterThanOrEqual(60);
  expect(new Set(clientFaults.map(({ id }) => id)).size).toBe(clientFaults.length);
  expect(new Set(clientFaults.map(operatorOf))).toEqual(new Set(clientOperators));
  expect(findClientFault(clientFaults[0]!.id)).toBe(clientFaults[0]);
  expect(nullClients.map(({ kind }) => kind)).toEqual(['never-connects', 'silent', 'tight-loop', 'ignores-everything']);
});

it('breaks something of the bundled contract, with a bound by bytes, by each of them, and says of none that it breaks one without channels', () => {
  expect(catalogue.filter(({ channels }) => channels.length === 0).map(({ id, rule }) => `${id} ${rule}`)).toEqual([]);
  expect(clientFaultsFor([])).toEqual([]);
});

it('has a fault for every rule that is a MUST somewhere in that contract', () => {
  const must = observable.filter((rule) =>
    contract.channels.some((channel) => rule.cases(contract, channel).some(({ level }) => level === 'MUST')),
  );
  const covered = new Set(catalogue.map(({ rule }) => rule));
  expect(must.map(({ id }) => id).filter((id) => !covered.has(id))).toEqual([]);
  expect([...covered].filter((id) => !observable.some((rule) => rule.id === id))).toEqual([]);
});
