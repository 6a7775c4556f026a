import { expect, test } from 'vitest';
import { sampleCase, sampleRun, tokens } from './fixtures/sample-run.ts';
import { htmlReport } from './html.ts';
import { markdownReport } from './markdown.ts';
import { buildReport } from './report-json.ts';

test('the beginning tells what came of it', () => {
  const run = sampleRun({ cases: [sampleCase(), sampleCase({ rule: 'auth/x', verdict: 'fail' })], notes: [] });
  expect(markdownReport(buildReport(run)).split('\n').slice(0, 9)).toEqual([
    '# ❌ 1 rule broken',
    '',
    'server **tiny server** against `asyncapi.yaml` (Tiny rooms 1.2.0): 2 cases, 1 passed, 1 failed.',
    '- 1 MUST rule broken in 1 case.',
    '',
    '| | passed | failed | warned | not testable | inconclusive, errors |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    '| delivery | 1 |  |  |  |  |',
    '| **auth** |  | 1 |  |  |  |',
  ]);
  expect(markdownReport(buildReport(sampleRun({ cases: [sampleCase()] })))).toMatch(/^# ✅ conformant\n/);
});

test('a broken rule with its places, frames and command', () => {
  const text = markdownReport(buildReport(sampleRun(), { tokens }));
  expect(text).toContain('- `lobby.SAY`, `lobby.SHOUT`\n  - expected: peer 1 receives SAY once\n');
  expect(text).toContain('  - again: `wirepact test server --target tiny.yaml --rule delivery/receivers@lobby.SAY`');
  expect(text).toContain('   6.1 ms  peer 1   ← {"type":"SAY"');
  expect(text).toContain(
    '- `hooks.publish` leaves 2 rules untested: `delivery/server-message` (1), `shutdown/announces` (1)',
  );
});

test('a server writes no markup', () => {
  const evil = '</details><img src=x> [a](http://b) | `` ``` @team\n# big';
  const frames = [{ atMs: 1, connection: 'c', direction: 'received', kind: 'text', data: evil, bytes: 1 }] as const;
  const run = sampleRun({ cases: [sampleCase({ verdict: 'fail', observed: evil, frames })] });
  const text = markdownReport(buildReport(run));
  const outside = text.replace(/^ *(`{3,})text\n[\s\S]*?\n *\1$/gm, '');
  expect(outside).not.toContain('<img');
  expect(outside).not.toContain('[a](');
  expect(outside).not.toContain('@team');
  expect(outside.split('\n')).not.toContain('# big');
  expect(text).toContain('````text');
});

test('a hopeless server does not make a summary that a CI refuses', () => {
  const cases = Array.from({ length: 3000 }, (_, index) =>
    sampleCase({
      rule: `a/rule-${index % 90}`,
      instance: `a/rule-${index % 90}@x.${index}`,
      verdict: 'fail',
      observed: `${index}`,
    }),
  );
  const text = markdownReport(buildReport(sampleRun({ cases })));
  expect(text.length).toBeLessThan(1_000_000);
  expect(text).toContain('50 rules more in the report.');
});

test('how far each rule got stands at the end, as in the page and in report.json', () => {
  const cases = [sampleCase(), sampleCase({ rule: 'auth/x', verdict: 'not-testable' })];
  const report = buildReport(sampleRun({ cases }), { proof: new Map([['delivery/receivers', true]]) });
  expect(markdownReport(report)).toContain(
    '| rule | declared | exercised | decided | discriminating |\n| --- | ---: | ---: | ---: | --- |\n| `delivery/receivers` | 1 | 1 | 1 | yes |\n| `auth/x` | 1 | 0 | 0 | not known |\n',
  );
  expect(htmlReport(report)).toContain('declared at 1 place, 1 exercised, 1 decided; discriminating');
});
