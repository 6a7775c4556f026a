import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sampleCase, sampleRun } from '../conformance/report/fixtures/sample-run.ts';
import { buildReport } from '../conformance/report/report-json.ts';
import { writeReports } from '../conformance/report/write.ts';
import { runCommand } from './fixtures/run-command.ts';

let folder = '';
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wirepact-report-'));
  const [good, bad] = [sampleCase(), sampleCase({ verdict: 'fail', reason: 'duplicate' })];
  await writeReports(buildReport(sampleRun({ cases: [good] })), join(folder, 'good'));
  await writeReports(
    buildReport(sampleRun({ cases: [bad], target: { name: 'other <b>', url: 'ws://x' } })),
    join(folder, 'bad'),
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const report = (...args: string[]) => runCommand(['report', ...args]);

test('diff: 1 where something newly fails, 0 where it passes again or nothing changed', async () => {
  const [good, bad] = [join(folder, 'good'), join(folder, 'bad', 'report.json')];
  expect(await report('diff', good, bad)).toMatchObject({
    code: 1,
    out: 'Newly failing: 1 case\n  delivery/receivers@lobby  pass → fail: peer 1 received SAY twice',
  });
  expect(await report('diff', bad, good)).toMatchObject({
    code: 0,
    out: 'Newly passing: 1 case\n  delivery/receivers@lobby  fail → pass',
  });
  expect(await report('diff', good, good)).toMatchObject({ code: 0, out: 'No case ends otherwise.' });
  expect(JSON.parse((await report('diff', good, bad, '--json')).out).newlyFailing).toHaveLength(1);
});

test('merge: every form, each single report below, and the worst exit code', async () => {
  const out = join(folder, 'all');
  const merged = await report('merge', join(folder, 'good'), join(folder, 'bad'), '--out', out);
  expect(merged.code).toBe(1);
  expect(readdirSync(out).sort()).toEqual([
    'index.html',
    'junit.xml',
    'report.json',
    'server-1',
    'server-2',
    'summary.md',
  ]);
  const read = (name: string) => readFileSync(join(out, name), 'utf8');
  expect(JSON.parse(read('report.json'))).toMatchObject({
    exitCode: 1,
    summary: { pass: 1, fail: 1 },
    parts: [{ folder: 'server-1' }, { folder: 'server-2' }],
  });
  expect(read('summary.md')).toContain('| `delivery/receivers` | passed | failed |');
  expect(read('junit.xml').match(/<testsuite name="server /g)).toHaveLength(2);
  expect(read('index.html')).toContain('href="server-2/index.html"');
  expect(read('index.html')).not.toContain('<b>');
});

test.each([
  [['diff', 'none', 'none'], 'There is no report none.'],
  [['merge', '.', '--out', 'x'], 'holds no report.json'],
])('%j: one line and exit code 4', async (args, words) => {
  const { code, err } = await report(...args.map((one) => (one === '.' ? folder : one)));
  expect(code).toBe(4);
  expect(err).toContain(words);
  expect(err.split('\n')).toHaveLength(1);
});

test('what is no report is refused', async () => {
  writeFileSync(join(folder, 'no.json'), '{"schemaVersion":1}');
  expect(await report('diff', join(folder, 'no.json'), join(folder, 'good'))).toMatchObject({
    code: 4,
    err: expect.stringContaining('is no report ('),
  });
});
