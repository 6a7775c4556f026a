import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('what a browser loads of the client is within its budgets', () => {
  const script = fileURLToPath(new URL('size.ts', import.meta.url));
  const args = ['--conditions=@wirepact/source', '--import', 'tsx', script];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^core .* \(budget 4608\)$/m);
  expect(stdout).toMatch(/^hooks, over the core .* \(budget 1228\)$/m);
  expect(stdout.match(/\(budget 9216\)/g)?.length).toBeGreaterThanOrEqual(6);
  expect(status).toBe(0);
});
