import { expect, it } from 'vitest';
import { faultyClient } from '../../examples/adapters/faulty/catalogue.ts';
import { nullClient } from '../../faults/client/null/index.ts';
import { bundledStand } from '../../proof/stand.ts';
import { localAdapter } from '../adapter/local.ts';
import { runPairConformance } from './run.ts';

const stand = bundledStand();
const timeScale = 0.05;

it('gives up a server that ends in the middle, and blames nobody', { timeout: 120_000 }, async () => {
  const standing = await stand.start({ timeScale, control: true });
  const target = await stand.target(standing, timeScale);
  const result = await runPairConformance(stand.contract, target, faultyClient(null), {
    channels: ['arena'],
    schedules: 40,
    onEvent: (event) => {
      if (event.kind === 'case') void standing.close();
    },
  });
  expect(result.harnessError).toMatch(/^The target at ws:\S+ stopped answering after \d+ of 40 schedules; /);
  expect(result.harnessError?.split('\n')).toHaveLength(1);
  expect(result.cases).toEqual([]);
});

it('waits for a client that says nothing no longer than its contract allows', { timeout: 120_000 }, async () => {
  const standing = await stand.start({ timeScale, control: true });
  try {
    const target = await stand.target(standing, timeScale);
    const silent = localAdapter('silent', (write) => nullClient('never-connects', write));
    const result = await runPairConformance(stand.contract, target, silent, { channels: ['arena'], schedules: 1 });
    expect(result.harnessError).toBeUndefined();
    const told = result.cases.map(({ rule, verdict }) => `${rule} ${verdict}`);
    expect(told).toContain('reconnect/ready-after-faults fail');
    expect(told.filter((line) => line.endsWith(' pass'))).toEqual([]);
  } finally {
    await standing.close();
  }
});
