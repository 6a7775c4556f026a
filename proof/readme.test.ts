import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type FaultRow, figuresOf, type Parts, proofPath, readParts } from './figures.ts';
import { filled } from './readme.ts';

const fault = (id: string, caught: boolean, others: readonly string[] = []): FaultRow => ({
  role: 'server',
  id,
  sentence: '',
  live: true,
  rules: [{ rule: 'auth/missing-refused', caught, instance: null }],
  others,
});

const mutant = (key: string, status: 'killed' | 'warned' | 'survived' | 'equivalent' | 'broken') => ({
  ...{ key, file: 'a.ts', line: 1, operator: '', change: '', by: null },
  status,
});

it('makes shares of the rows', () => {
  const parts: Parts = {
    rows: [
      fault('auth/a', true),
      fault('auth/b', false, ['delivery/receivers']),
      fault('order/c', false),
      { ...fault('order/d', false), live: false },
    ],
    nulls: [{ role: 'server', name: 'silent', vacuous: ['auth/x'] }],
    alarms: [{ role: 'server', runs: 100, cases: 1000, alarms: 0, inconclusive: 0, instances: [] }],
    mutantRows: [
      mutant('1', 'killed'),
      mutant('2', 'warned'),
      mutant('3', 'survived'),
      mutant('4', 'equivalent'),
      mutant('5', 'broken'),
    ],
  };
  const { rows: _rows, nulls: _nulls, alarms: _alarms, mutantRows: _mutants, ...figures } = figuresOf(parts);
  expect(figures).toEqual({
    faults: 2,
    detection: 0.6667,
    attribution: 0.5,
    collateral: 0.5,
    masked: 1,
    vacuous: 1,
    falseAlarms: 0,
    runs: 100,
    falseAlarmBound: 0.0295,
    mutants: 3,
    mutantsKilled: 0.6667,
    mutantsKilledByMust: 0.3333,
    operators: { 'server auth': { faults: 2, caught: 1 }, 'server order': { faults: 2, caught: 0 } },
  });
});

it('has filled the README with what conformance/proof.json says, and that file with what its rows say', () => {
  const text = readFileSync(proofPath, 'utf8');
  const proof = figuresOf(readParts());
  expect(`${JSON.stringify(proof, null, 2)}\n`, 'proof.json was changed by hand: run npm run proof').toBe(text);
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(filled(readme, proof), 'run: node --conditions=@wirepact/source --import tsx proof/readme.ts').toBe(readme);
});
