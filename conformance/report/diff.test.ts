import { expect, test } from 'vitest';
import type { Verdict } from '../result.ts';
import { diffReports } from './diff.ts';
import { sampleCase, sampleRun } from './fixtures/sample-run.ts';
import { buildReport } from './report-json.ts';

const reportOf = (verdicts: { readonly [rule: string]: Verdict }) =>
  buildReport(
    sampleRun({ cases: Object.entries(verdicts).map(([rule, verdict]) => sampleCase({ rule: `a/${rule}`, verdict })) }),
  );

test('which cases break anew, hold again, end otherwise, came and went', () => {
  const before = reportOf({
    same: 'fail',
    breaks: 'pass',
    mended: 'fail',
    warned: 'pass',
    gone: 'pass',
    undecided: 'fail',
  });
  const after = reportOf({
    undecided: 'inconclusive',
    broken: 'fail',
    same: 'fail',
    breaks: 'fail',
    mended: 'pass',
    warned: 'warn',
    come: 'pass',
  });
  const diff = diffReports(before, after);
  const names = (list: readonly { instance: string }[]) => list.map(({ instance }) => instance);
  expect(names(diff.newlyFailing)).toEqual(['a/broken@lobby', 'a/breaks@lobby']);
  expect(diff.newlyFailing[1]).toMatchObject({ before: 'pass', after: 'fail', observed: 'peer 1 received SAY twice' });
  expect(names(diff.newlyPassing)).toEqual(['a/mended@lobby']);
  expect(names(diff.otherwise)).toEqual(['a/undecided@lobby', 'a/warned@lobby']);
  expect(names(diff.added)).toEqual(['a/come@lobby']);
  expect(names(diff.removed)).toEqual(['a/gone@lobby']);
  expect(Object.values(diffReports(after, after)).flat()).toEqual([]);
});
