import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { mergeReports, worstExitCode } from './merge-reports.ts';
import { rolesOf } from './rule-roles.ts';

const part = (role: string, exitCode: number, verdict: string) => ({
  role,
  exitCode,
  target: { name: `a ${role}` },
  contract: { title: 'Test' },
  headline: 'told',
  because: [],
  summary: { pass: 0, fail: 0, [verdict]: 1 },
  cases: [{ rule: 'auth/one', instance: 'auth/one@chat', role, verdict }],
});

it('sums the verdicts of all that were judged, and keeps every case with its role', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wirepact-merge-'));
  try {
    for (const [name, report] of [
      ['server', part('server', 0, 'pass')],
      ['client', part('client', 1, 'fail')],
    ] as const) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'report.json'), JSON.stringify(report));
    }
    await mergeReports(folder, ['server', 'client', 'never-written']);
    const merged = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'));
    expect(merged.exitCode).toBe(1);
    expect(merged.summary).toMatchObject({ pass: 1, fail: 1, warn: 0, 'not-testable': 0 });
    expect(merged.parts.map((one: { folder: string }) => one.folder)).toEqual(['server', 'client']);
    expect(merged.cases).toEqual([
      { rule: 'auth/one', instance: 'auth/one@chat', role: 'server', verdict: 'pass', target: 'a server' },
      { rule: 'auth/one', instance: 'auth/one@chat', role: 'client', verdict: 'fail', target: 'a client' },
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('takes the exit code that goes before the others', () => {
  expect(worstExitCode([0, 3, 1])).toBe(1);
  expect(worstExitCode([2, 3])).toBe(2);
  expect(worstExitCode([0, 5, 1])).toBe(5);
  expect(worstExitCode([0, 0])).toBe(0);
  expect(worstExitCode([])).toBe(5);
});

it('finds the roles that globs speak of', () => {
  const document = fileURLToPath(new URL('../asyncapi.yaml', import.meta.url));
  expect([...rolesOf(document, ['close-codes/client-*'])]).toEqual(['client']);
  expect([...rolesOf(document, ['delivery/receivers@arena.CHAT'])]).toEqual(['server']);
  expect([...rolesOf(document, ['handshake/*'])].sort()).toEqual(['client', 'server']);
  expect([...rolesOf(document, ['no-such/*'])]).toEqual([]);
});
