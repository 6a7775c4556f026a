import { expect, test } from 'vitest';
import { peakOf, runStorm } from './storm.ts';

test('a crowd comes back after a restart, and after one in the midst of coming back', {
  timeout: 400_000,
}, async () => {
  const result = await runStorm({ clients: 100, together: 20, timeScale: 0.2 });
  expect(result.findings).toEqual([]);
  expect(result.endingsMs).toHaveLength(3);
  expect(result.recoveriesMs).toHaveLength(2);
});

test('the peak is the largest share of attempts within 100 ms', () => {
  expect(peakOf([])).toBe(0);
  expect(peakOf([0, 50, 99, 100, 250, 251])).toBe(3 / 6);
  expect(peakOf([400, 0, 410, 420, 430])).toBe(4 / 5);
});
