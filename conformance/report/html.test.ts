import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { sampleCase, sampleRun, tokens } from './fixtures/sample-run.ts';
import { htmlReport } from './html.ts';
import { pageScript } from './html-script.ts';
import { buildReport } from './report-json.ts';

const page = htmlReport(buildReport(sampleRun(), { tokens }), { documentHref: '../my app/asyncapi.yaml' });
const count = (text: string, part: string): number => text.split(part).length - 1;

test('it asks for nothing, and its policy lets it ask for nothing', () => {
  expect(page).not.toMatch(/\s(?:src|srcset|action)=/);
  expect(page).not.toMatch(/@import|url\(/);
  expect(page).not.toMatch(/https?:\/\//);
  expect(page).toContain('default-src &#39;none&#39;');
  for (const tag of ['style', 'script']) {
    const text = page.slice(page.indexOf(`<${tag}>`) + tag.length + 2, page.indexOf(`</${tag}>`));
    const hash = createHash('sha256').update(text).digest('base64');
    expect(page).toContain(`${tag}-src &#39;sha256-${hash}&#39;`);
  }
});

test('the script is JavaScript', () => {
  expect(() => new Function(pageScript)).not.toThrow();
});

test('a cell for each rule and channel, and for each family', () => {
  const cells = [...page.matchAll(/aria-label="([^"]* on [^"]*)"/g)].map((found) => found[1]);
  expect(cells).toContain('delivery/receivers on lobby: 3 of 3 cases failed');
  expect(cells).toContain('delivery/receivers on table: 1 of 1 case passed');
  expect(cells).toContain('delivery on lobby: 3 of 4 cases failed');
  expect(cells).toContain('resync/replays on table: 1 of 1 case not applicable');
});

test('each case stands once, and is found by its verdict', () => {
  expect(count(page, '<li class="case')).toBe(11);
  expect(count(page, 'data-state="fail"')).toBe(3);
  expect(count(page, 'data-state="not-testable"')).toBe(2);
});

test('a failure links to the document and shows the diagram and all frames', () => {
  const from = page.indexOf('<code>lobby.SAY</code>');
  const failure = page.slice(from, page.indexOf('<code>lobby.SHOUT</code>'));
  expect(failure).toContain('href="../my%20app/asyncapi.yaml#L42"');
  expect(failure).toContain('<dt>Expected</dt><dd>peer 1 receives SAY once</dd>');
  expect(failure).toContain('aria-label="Sequence diagram: 12 frames on 3 connections"');
  expect(count(failure, '<g class="message ')).toBe(10);
  expect(count(failure, '<g class="lane ')).toBe(3);
  expect(count(failure, 'class="cross"')).toBe(2);
  expect(failure).toContain('<td>6.1</td><td>peer 1</td><td>←</td>');
});

test('a server writes no markup', () => {
  const evil = `"><script>alert(1)</script><img src=x onerror='y'>`;
  const frames = [{ atMs: 1, connection: evil, direction: 'received', kind: 'text', data: evil, bytes: 1 }] as const;
  const one = sampleCase({
    verdict: 'fail',
    observed: evil,
    expected: evil,
    reason: evil,
    channel: evil,
    pointer: evil,
    frames,
  });
  const run = sampleRun({ cases: [one], notes: [evil], target: { name: evil, url: evil }, command: evil });
  const text = htmlReport(buildReport(run));
  expect(count(text, '<script>')).toBe(1);
  expect(text).not.toContain('<img');
  expect(text).not.toMatch(/="[^"]*<img/);
});

test('a green run, a run without cases, and one with a known list', () => {
  expect(htmlReport(buildReport(sampleRun({ cases: [sampleCase()] })))).toContain('<h1>✓ Conformant</h1>');
  expect(htmlReport(buildReport(sampleRun({ cases: [] })))).toContain('<h1>✗ Nothing ran</h1>');
  const one = sampleCase({ verdict: 'fail' });
  const entry = { rule: one.rule, reason: 'later', until: '2030-01-01', line: 1 };
  const known = { file: 'known.yaml', accepted: new Map([[one, entry]]), problems: [] };
  const text = htmlReport(buildReport(sampleRun({ cases: [one, sampleCase({ channel: 'table' })] }), { known }));
  expect(text).toContain('<h1>✓ Conformant</h1>');
  expect(text).toContain('data-state="known"');
  expect(text).toContain('1 case accepted by <code>known.yaml</code>');
});

test('a rule leads to its place on the protocol page', () => {
  const one = sampleCase();
  const text = htmlReport(buildReport(sampleRun({ cases: [one] })), { docsHref: '../my docs/index.html' });
  expect(text).toContain(`<h3><a href="../my%20docs/index.html#${one.rule}">${one.rule}</a></h3>`);
});
