import { expect, test } from 'vitest';
import { casesOf, sampleCase, sampleCases } from '../report/fixtures/sample-run.ts';
import { countVerdicts } from '../result.ts';
import { countRan, countRules, plural, summariseFamilies, summaryText } from './summary.ts';

test('families in the order of the cases, with all verdicts counted', () => {
  const families = summariseFamilies(sampleCases());
  expect(families.map((one) => one.family)).toEqual([
    'handshake',
    'auth',
    'delivery',
    'shutdown',
    'resync',
    'heartbeat',
    'limits',
  ]);
  expect(families[2]?.counts).toMatchObject({ pass: 1, fail: 3, 'not-testable': 1, warn: 0 });
});

test('what ran', () => {
  expect(countRan(countVerdicts(casesOf('pass', 'fail', 'warn', 'inconclusive', 'error')))).toBe(5);
  expect(countRan(countVerdicts(casesOf('not-testable', 'not-applicable')))).toBe(0);
});

test('rules with a verdict', () => {
  const cases = [sampleCase({ verdict: 'fail' }), sampleCase({ verdict: 'fail' }), sampleCase({ rule: 'a/b' })];
  expect(countRules(cases, ['fail'])).toBe(1);
  expect(countRules(cases, ['fail', 'pass'])).toBe(2);
});

test('in words', () => {
  expect(summaryText(countVerdicts(casesOf('pass', 'pass', 'fail', 'not-testable')))).toBe(
    '2 passed, 1 failed, 1 not testable',
  );
  expect(summaryText(countVerdicts([]))).toBe('no cases');
  expect([plural(1, 'case'), plural(2, 'case'), plural(2, 'entry', 'entries')]).toEqual([
    '1 case',
    '2 cases',
    '2 entries',
  ]);
});
