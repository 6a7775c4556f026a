import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { diffReports } from './diff.ts';
import { sampleCase, sampleRun } from './fixtures/sample-run.ts';
import { isMerged, mergeReports, singleReports, worstExitCode } from './merged-report.ts';
import { buildReport } from './report-json.ts';

const schema = JSON.parse(await readFile(new URL('./report.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);

const proof = new Map([['auth/x', true]]);
const server = { folder: 'server', report: buildReport(sampleRun(), { proof }) };
const one = sampleCase({ rule: 'auth/x', role: 'client', verdict: 'pass' });
const client = (verdict: 'pass' | 'fail') =>
  buildReport(sampleRun({ role: 'client', target: { name: 'a client', url: '' }, cases: [{ ...one, verdict }] }));

test('a merged report has the shape of every report, and gives the single ones back', () => {
  const merged = mergeReports([server, { folder: 'client', report: client('pass') }]);
  const read = JSON.parse(JSON.stringify(merged));
  expect(validate(read), JSON.stringify(validate.errors)).toBe(true);
  expect(isMerged(merged) && merged.parts.map(({ folder }) => folder)).toEqual(['server', 'client']);
  expect(merged).toMatchObject({ role: 'several', exitCode: server.report.exitCode });
  expect(merged.summary.pass).toBe(server.report.summary.pass + 1);
  expect(merged.cases.at(-1)).toMatchObject({ part: 'client', target: 'a client', role: 'client' });
  expect(merged.volatile.cases).toHaveLength(merged.cases.length);
  expect(JSON.parse(JSON.stringify(singleReports(read)))).toEqual(
    JSON.parse(JSON.stringify([server.report, client('pass')])),
  );
  expect(singleReports(server.report)).toEqual([server.report]);
});

test('the schema holds merged and single reports apart', () => {
  const merged = mergeReports([server]);
  const { parts, ...rest } = merged;
  expect(validate(rest)).toBe(false);
  expect(validate({ ...server.report, parts })).toBe(false);
  expect(validate({ ...merged, cases: server.report.cases })).toBe(false);
});

test('a rule of several runs is discriminating where it is in all of them', () => {
  const unproven = { folder: 'b', report: buildReport(sampleRun({ cases: [one] })) };
  const proven = { folder: 'a', report: buildReport(sampleRun({ cases: [one] }), { proof }) };
  const [rule] = mergeReports([proven, unproven]).rules;
  expect(rule).toEqual({ rule: 'auth/x', declared: 2, exercised: 2, decided: 2, discriminating: null });
  expect(mergeReports([proven, proven]).rules[0]?.discriminating).toBe(true);
});

test('a run that left nothing is told, and counts', () => {
  const merged = mergeReports([{ folder: 'client', report: client('pass') }], {
    missing: [{ folder: 'server', exitCode: 4 }],
  });
  expect(merged).toMatchObject({ exitCode: 4, headline: 'a run is missing' });
  expect(merged.because).toContain('server: it left no report and ended with 4.');
});

test('merged reports are compared part by part, a merged one and a single one by their cases', () => {
  const both = (verdict: 'pass' | 'fail') =>
    mergeReports([
      { folder: 'node', report: client('pass') },
      { folder: 'browser', report: client(verdict) },
    ]);
  expect(diffReports(both('pass'), both('fail')).newlyFailing).toHaveLength(1);
  expect(Object.values(diffReports(both('fail'), both('fail'))).flat()).toEqual([]);
  expect(diffReports(client('pass'), both('fail')).newlyFailing).toHaveLength(1);
  expect(diffReports(both('fail'), client('pass')).newlyPassing).toHaveLength(1);
});

test('the exit code that goes before the others', () => {
  expect(worstExitCode([0, 3, 1])).toBe(1);
  expect(worstExitCode([2, 3])).toBe(2);
  expect(worstExitCode([0, 5, 1])).toBe(5);
  expect(worstExitCode([0, 0])).toBe(0);
  expect(worstExitCode([])).toBe(5);
});
