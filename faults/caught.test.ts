import { describe, expect, it, vi } from 'vitest';
import type { CaseResult } from '../conformance/result.ts';
import {
  catchFault,
  distinctPairs,
  halfOf,
  isHeavy,
  needsProcess,
  type Pair,
  pairsOf,
  placesOf,
  run,
} from '../proof/catch.ts';
import { bundledStand, renamedStand, type Stand } from '../proof/stand.ts';
import { faults } from './index.ts';

vi.setConfig({ testTimeout: 150_000, maxConcurrency: 4 });

// FAULT=id,id: those alone, by each of their rules. FAULTS=all: all of them, under both contracts. Else each operator once for
// each rule, under either.
const wanted = process.env.FAULT?.split(',');
const selected = faults.filter(({ id }) => wanted?.some((one) => id.includes(one)) ?? true);
const isWhole = wanted !== undefined || process.env.FAULTS === 'all';
const pairs = isWhole ? pairsOf(selected) : distinctPairs(selected);

const told = (results: readonly CaseResult[]): readonly string[] =>
  results
    .filter((one) => one.verdict !== 'not-applicable')
    .map((one) => `${one.instance}: ${one.verdict} ${one.reason ?? ''} ${one.observed}`.trim());

async function expectCaught(stand: Stand, pair: Pair): Promise<void> {
  const { fault, intended } = pair;
  const places = placesOf(stand, fault, intended);
  expect(places.length, `${intended.rule} has no case where the fault applies`).toBeGreaterThan(0);
  const { by, seen } = await catchFault(stand, pair);
  if (by === null) expect(told(seen)).toEqual('a verdict of the intended rule, for the intended reason');
}

const stands = [bundledStand(), renamedStand()];

describe.each(stands)('$name contract', (stand) => {
  // `serve --fault` has no handlers for the renamed contract: what only a process shows is shown once.
  const ofProcess = stand.name === 'bundled' ? pairs.filter(({ intended }) => needsProcess(intended)) : [];
  const inProcess = pairs.filter(({ intended }) => !needsProcess(intended));
  const own = [...(isWhole ? inProcess : halfOf(stand, inProcess)), ...ofProcess];
  const titleOf = ({ fault, intended }: Pair): string => `${fault.id} is caught by ${intended.rule}`;

  const quiet = own.filter(({ intended }) => isHeavy(stand, intended));
  const beside = own.filter((pair) => !quiet.includes(pair));
  // Where one fault is asked for, it is in one of the two; an empty suite would fail.
  if (beside.length > 0)
    describe.concurrent('a server with the fault', () => {
      for (const pair of beside) it(titleOf(pair), () => expectCaught(stand, pair));
    });
  if (quiet.length > 0)
    describe('a server with the fault, in quiet', () => {
      for (const pair of quiet) it(titleOf(pair), () => expectCaught(stand, pair));
    });

  it('fails no rule without a fault, by one instance of each', async () => {
    const names = stand.contract.channels.map(({ name }) => name);
    const results = await run(stand, null, [], names, { sample: true });
    const isFine = ({ verdict }: CaseResult): boolean => ['pass', 'not-applicable', 'not-testable'].includes(verdict);
    // Beside everything else the machine may have been too slow for it: alone, each has to hold.
    const doubtful = results.filter((one) => !isFine(one)).map(({ instance }) => instance);
    const again = doubtful.length === 0 ? [] : await run(stand, null, doubtful, names);
    expect(told(again.filter((one) => !isFine(one)))).toEqual([]);
    const passed = new Set([...results, ...again].filter(({ verdict }) => verdict === 'pass').map(({ rule }) => rule));
    const judged = pairs.map(({ intended }) => intended).filter((one) => !needsProcess(one));
    expect(judged.map(({ rule }) => rule).filter((rule) => !passed.has(rule))).toEqual([]);
  });
});
