import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Contract } from '../scripts/model.ts';
import { planClientRun } from './client/plan.ts';
import { planRun } from './plan.ts';

const contract: Contract = JSON.parse(readFileSync(new URL('../generated/model.json', import.meta.url), 'utf8'));

const rulesOf = (planned: readonly { rule: { id: string }; one: unknown }[]): Set<string> =>
  new Set(planned.filter(({ one }) => one !== null).map(({ rule }) => rule.id));

it.each([
  ['server', planRun(contract, {}), planRun(contract, { sample: true })],
  ['client', planClientRun(contract, {}), planClientRun(contract, { sample: true })],
] as const)('takes one instance of each rule of a %s, from every channel', (_role, all, sample) => {
  expect(rulesOf(sample)).toEqual(rulesOf(all));
  const cases = sample.filter(({ one }) => one !== null && !('judge' in one));
  expect(new Set(cases.map(({ rule }) => rule.id)).size).toBe(cases.length);
  expect(new Set(cases.map(({ channel }) => channel.name)).size).toBeGreaterThan(4);
});

it('takes the same ones each time, and a MUST where there is one', () => {
  const sample = planRun(contract, { sample: true }).map(({ instance }) => instance);
  expect(planRun(contract, { sample: true }).map(({ instance }) => instance)).toEqual(sample);
  for (const { rule, one } of planRun(contract, { sample: true })) {
    const isMust = planRun(contract, { from: [rule] }).some((other) => other.one?.level === 'MUST');
    if (isMust && one !== null && !('judge' in one)) expect(one.level, rule.id).toBe('MUST');
  }
});
