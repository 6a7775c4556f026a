import { afterAll, expect, test } from 'vitest';
import { gateContract } from '../fixtures/gate.ts';
import { type Gate, gateSecret, gateUsers, startGate } from '../fixtures/gate-server.ts';
import { runServerConformance } from '../run.ts';
import { targetFromUrl } from '../target/target.ts';
import { rerunCommand } from './groups.ts';
import { buildReport, type Report } from './report-json.ts';

const gates: Gate[] = [];
afterAll(async () => {
  await Promise.all(gates.map((gate) => gate.close()));
});

const user = (id: string) => ({ id, name: id, roles: [] });

async function runOf(rules: readonly string[]): Promise<Report> {
  const gate = await startGate('closes-before-accepting');
  gates.push(gate);
  const target = {
    ...targetFromUrl(gate.url),
    users: gateUsers.map(user),
    unknownUser: user('ghost'),
    tokens: { secret: gateSecret, algorithm: 'HS256' as const, claims: {} },
    channels: { gate: { forbiddenRooms: ['13'], missingRooms: ['14'], query: {}, parameters: {} } },
  };
  const result = await runServerConformance(gateContract, target, {
    rules,
    command: 'wirepact test server --target t',
  });
  return buildReport(result, { tokens: [gateSecret] });
}

const broken = (report: Report) =>
  report.cases.filter(({ verdict }) => verdict === 'fail').map(({ instance }) => instance);

test('two runs differ only in what is volatile', { timeout: 120_000 }, async () => {
  const [first, second] = [await runOf(['auth/*-answer']), await runOf(['auth/*-answer'])];
  expect(broken(first).length).toBeGreaterThan(2);
  expect({ ...first, volatile: null }).toEqual({ ...second, volatile: null });
  expect(first.volatile.url).not.toBe(second.volatile.url);
});

test('the command under a failure runs exactly that case, which fails again', { timeout: 120_000 }, async () => {
  const report = await runOf(['auth/*-answer']);
  const [instance = ''] = broken(report);
  const [command, ...rules] = rerunCommand(report, instance).split(' --rule ');
  expect(command).toBe('wirepact test server --target t');
  expect(rules).toEqual([instance]);
  const again = await runOf(rules);
  expect(again.cases.map((one) => [one.instance, one.verdict])).toEqual([[instance, 'fail']]);
});
