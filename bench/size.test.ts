import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
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
  const kilobytes = (name: string) =>
    (Number(new RegExp(`^${name} .* (\\d+) min\\+gzip`, 'm').exec(stdout)?.[1]) / 1024).toFixed(1);
  const channels = readdirSync(new URL('../generated/channels', import.meta.url))
    .map(kilobytes)
    .sort();
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const said = [...readme.matchAll(/(?:core takes|of a channel|typed by it, in) ([\d.]+(?: to [\d.]+)?) KB/g)].map(
    ([, size]) => size,
  );
  expect(said).toEqual([kilobytes('core'), `${channels[0]} to ${channels.at(-1)}`, kilobytes('hooks, over the core')]);
});
