import { describe, expect, test } from 'vitest';
import { casesOf, sampleCase } from '../report/fixtures/sample-run.ts';
import type { CaseResult, Verdict } from '../result.ts';
import { judge } from './exit-code.ts';
import type { KnownOutcome, KnownProblemKind } from './known-check.ts';

function known(accepted: readonly CaseResult[] = [], ...kinds: readonly KnownProblemKind[]): KnownOutcome {
  return {
    file: 'known.yaml',
    accepted: new Map(accepted.map((one) => [one, { rule: one.rule, reason: 'r', until: '2030-01-01', line: 1 }])),
    problems: kinds.map((kind) => ({ kind, rule: 'a/b', line: 1, message: 'm' })),
  };
}

describe('precedence: 4, 5, 1, 2, 3, 0', () => {
  const everything: readonly Verdict[] = ['pass', 'fail', 'warn', 'not-testable', 'inconclusive', 'error'];
  const table: readonly {
    readonly title: string;
    readonly verdicts: readonly Verdict[];
    readonly problems?: readonly KnownProblemKind[];
    readonly harnessError?: string;
    readonly strict?: boolean;
    readonly exitCode: number;
  }[] = [
    { title: 'all pass', verdicts: ['pass', 'pass'], exitCode: 0 },
    { title: 'passes and what does not apply', verdicts: ['pass', 'not-applicable'], exitCode: 0 },
    { title: 'a SHOULD', verdicts: ['pass', 'warn'], exitCode: 0 },
    { title: 'a SHOULD, strict', verdicts: ['pass', 'warn'], strict: true, exitCode: 1 },
    { title: 'a MUST', verdicts: ['pass', 'fail'], exitCode: 1 },
    { title: 'not testable', verdicts: ['pass', 'not-testable'], exitCode: 3 },
    { title: 'inconclusive', verdicts: ['pass', 'inconclusive'], exitCode: 3 },
    { title: 'stale list', verdicts: ['pass'], problems: ['stale'], exitCode: 2 },
    { title: 'expired entry', verdicts: ['pass'], problems: ['expired'], exitCode: 2 },
    { title: 'changed entry', verdicts: ['pass'], problems: ['changed'], exitCode: 2 },
    { title: 'unknown entry', verdicts: ['pass'], problems: ['unknown'], exitCode: 4 },
    { title: 'stale before undecided', verdicts: ['pass', 'not-testable'], problems: ['stale'], exitCode: 2 },
    {
      title: 'a MUST before stale and undecided',
      verdicts: ['fail', 'not-testable'],
      problems: ['stale'],
      exitCode: 1,
    },
    { title: 'no cases', verdicts: [], exitCode: 5 },
    { title: 'nothing applies', verdicts: ['not-applicable'], exitCode: 5 },
    { title: 'nothing testable', verdicts: ['not-testable'], exitCode: 5 },
    { title: 'nothing ran before a stale list', verdicts: ['not-testable'], problems: ['stale'], exitCode: 5 },
    { title: 'suite error before everything', verdicts: everything, problems: ['stale'], exitCode: 4 },
    { title: 'harness before nothing ran', verdicts: [], harnessError: 'no target', exitCode: 4 },
    { title: 'harness before a MUST', verdicts: ['fail'], harnessError: 'gave up', exitCode: 4 },
  ];
  test.each(table)('$title: $exitCode', ({ verdicts, problems = [], harnessError, strict = false, exitCode }) => {
    const run = { cases: casesOf(...verdicts), ...(harnessError === undefined ? {} : { harnessError }) };
    expect(judge(run, known([], ...problems), { strict }).exitCode).toBe(exitCode);
  });
});

test('what the known list accepts does not count, each verdict of it', () => {
  const cases = casesOf('pass', 'fail', 'warn', 'not-testable');
  expect(judge({ cases }, known(cases.slice(1)), { strict: true })).toEqual({
    exitCode: 0,
    headline: 'conformant',
    because: [],
  });
});

test('a run in which everything is accepted as not testable is not green', () => {
  const cases = casesOf('not-testable', 'not-testable');
  expect(judge({ cases }, known(cases)).exitCode).toBe(5);
});

test('rules are counted, not cases', () => {
  const cases = [
    sampleCase({ rule: 'a/x', instance: 'a/x@one', verdict: 'fail' }),
    sampleCase({ rule: 'a/x', instance: 'a/x@two', verdict: 'fail' }),
    sampleCase({ rule: 'a/y', verdict: 'fail' }),
    sampleCase({ rule: 'a/z', verdict: 'warn' }),
  ];
  expect(judge({ cases }, known())).toEqual({
    exitCode: 1,
    headline: '2 rules broken',
    because: ['2 MUST rules broken in 3 cases.'],
  });
  expect(judge({ cases }, known(), { strict: true }).headline).toBe('3 rules broken');
});

test('more than 1 % inconclusive is said', () => {
  const few = [...casesOf('inconclusive'), ...Array.from({ length: 99 }, () => sampleCase())];
  expect(judge({ cases: few }, known()).because).toEqual(['1 case stayed inconclusive, also when run again alone.']);
  const many = [...casesOf('inconclusive', 'inconclusive'), ...Array.from({ length: 98 }, () => sampleCase())];
  expect(judge({ cases: many }, known()).because[0]).toContain('2 % of those carried out: more than 1 % fails the run');
});
