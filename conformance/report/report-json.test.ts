import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parseKnown } from '../verdict/known.ts';
import { checkKnown } from '../verdict/known-check.ts';
import { consoleReport } from './console.ts';
import { coverageText, readProof } from './coverage.ts';
import { sampleCase, sampleRun, tokens } from './fixtures/sample-run.ts';
import { buildReport, formatReport } from './report-json.ts';

const schema = JSON.parse(await readFile(new URL('./report.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);

test('the report keeps to its schema', () => {
  const run = sampleRun({ harnessError: 'gave up' });
  const list = parseKnown(
    '- {rule: delivery/receivers@lobby.SAY, reason: r, until: 2030-01-01}\n- {rule: a/b, reason: r, until: 2030-01-01}',
    'known.yaml',
  );
  const known = checkKnown(list, run.cases, { today: '2026-01-01' });
  const report = JSON.parse(formatReport(buildReport(run, { tokens, known })));
  expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
  expect(report.cases[2].known).toEqual({ reason: 'r', until: '2030-01-01' });
  expect(report.known).toMatchObject({ accepted: 1, problems: [{ kind: 'unknown', rule: 'a/b', line: 2 }] });
});

test('the schema refuses what is no report', () => {
  const report = JSON.parse(formatReport(buildReport(sampleRun())));
  expect(validate({ ...report, schemaVersion: 2 })).toBe(false);
  expect(validate({ ...report, cases: [{ ...report.cases[0], verdict: 'maybe' }] })).toBe(false);
});

test('two runs with the same outcome give the same bytes outside the volatile part', () => {
  const stable = (report: object): string => JSON.stringify({ ...report, volatile: null });
  const first = buildReport(sampleRun({ target: { name: 'ws://127.0.0.1:4001/x', url: 'ws://127.0.0.1:4001/x' } }), {
    tokens,
  });
  const second = buildReport(
    sampleRun(
      {
        startedAt: '2027-05-05T00:00:00.000Z',
        target: { name: 'ws://127.0.0.1:5999/x', url: 'ws://127.0.0.1:5999/x' },
        command: 'wirepact test server --target ws://127.0.0.1:5999/x',
      },
      3,
    ),
    { tokens },
  );
  expect(stable(first)).toBe(stable(second));
  expect(JSON.stringify(first.volatile)).not.toBe(JSON.stringify(second.volatile));
  expect(formatReport(first)).toBe(formatReport(first));
});

test('the places that programs read', () => {
  const report = buildReport(sampleRun({ cases: [sampleCase({ verdict: 'fail', reason: 'duplicate' })] }));
  expect(report.exitCode).toBe(1);
  expect(report.headline).toBe('1 rule broken');
  expect(report.summary).toEqual({
    pass: 0,
    fail: 1,
    warn: 0,
    'not-applicable': 0,
    'not-testable': 0,
    inconclusive: 0,
    error: 0,
  });
  expect(report.cases).toEqual([
    {
      rule: 'delivery/receivers',
      instance: 'delivery/receivers@lobby',
      channel: 'lobby',
      family: 'delivery',
      role: 'server',
      level: 'MUST',
      verdict: 'fail',
      sentence: 'A message reaches exactly those whom its delivery names, each of them once.',
      expected: 'peer 1 receives SAY once',
      observed: 'peer 1 received SAY twice',
      pointer: '/channels/lobby/messages/say',
      line: 42,
      reason: 'duplicate',
    },
  ]);
});

test('words that differ from run to run are kept apart, and shown', () => {
  const run = (ms: number, marker: string) =>
    buildReport(
      sampleRun({ cases: [sampleCase({ verdict: 'fail', observed: `${marker} after ${ms} ms`, reason: 'too-late' })] }),
    );
  const [first, second] = [run(812, 'm-0123456789ab'), run(903.5, 'm-489028d3095b')];
  expect({ ...first, volatile: null }).toEqual({ ...second, volatile: null });
  expect(first.cases[0]?.observed).toBe('… after … ms');
  expect(consoleReport(first).join(' ')).toContain('m-0123456789ab after 812 ms');
  expect(validate(JSON.parse(formatReport(first))), JSON.stringify(validate.errors)).toBe(true);
});

test('how far each rule got, and what a proof says of it', () => {
  const cases = [
    sampleCase({ rule: 'a/b', channel: 'one' }),
    sampleCase({ rule: 'a/b', channel: 'two', verdict: 'inconclusive' }),
    sampleCase({ rule: 'a/b', channel: 'three', verdict: 'not-testable' }),
    sampleCase({ rule: 'a/b', channel: 'four', verdict: 'not-applicable' }),
    sampleCase({ rule: 'a/c', verdict: 'fail' }),
  ];
  const rows = [
    { id: 'f1', rules: [{ rule: 'a/b', caught: false }] },
    { id: 'f2', rules: [{ rule: 'a/b', caught: true }] },
    { id: 'f3', rules: [{ rule: 'a/b', caught: false }] },
  ];
  const { rules } = buildReport(sampleRun({ cases }), { proof: readProof({ faults: 2, rows }) });
  expect(rules).toEqual([
    { rule: 'a/b', declared: 3, exercised: 2, decided: 1, discriminating: true },
    { rule: 'a/c', declared: 1, exercised: 1, decided: 1, discriminating: null },
  ]);
  expect(coverageText(rules[1]!)).toBe('declared at 1 place, 1 exercised, 1 decided; not known to be discriminating');
  expect([...readProof('none'), ...readProof({ rows: [1, null, { rule: 'x/y' }] })]).toEqual([]);
});
