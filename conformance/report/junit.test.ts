import { expect, test } from 'vitest';
import { sampleCase, sampleRun, tokens } from './fixtures/sample-run.ts';
import { junitReport } from './junit.ts';
import { buildReport } from './report-json.ts';

/** Throws where it is no well-formed XML; the names of its elements in order. */
function elementsOf(xml: string): readonly string[] {
  const names: string[] = [];
  const open: string[] = [];
  const token =
    /<\?xml [^?]*\?>|<\/([\w-]+)>|<([\w-]+)((?: [\w-]+="(?:[^<&"]|&(?:amp|lt|gt|quot|#39);)*")*)(\/?)>|(?:[^<&]|&(?:amp|lt|gt|quot|#39);)+/gy;
  let at = 0;
  for (const found of xml.matchAll(token)) {
    if (found.index !== at) break;
    at += found[0].length;
    const [, closed, opened, attributes = '', empty] = found;
    if (closed !== undefined && open.pop() !== closed) throw new Error(`</${closed}> closes another element`);
    if (opened === undefined) continue;
    const keys = [...attributes.matchAll(/ ([\w-]+)=/g)].map((one) => one[1]);
    if (new Set(keys).size !== keys.length) throw new Error(`<${opened}> has an attribute twice`);
    names.push(opened);
    if (empty === '') open.push(opened);
  }
  if (at !== xml.length) throw new Error(`no XML at ${at}: ${xml.slice(at, at + 40)}`);
  if (open.length > 0) throw new Error(`<${open.at(-1)}> is not closed`);
  // XML 1.0, 2.2: the characters that a document may have.
  if (/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(xml))
    throw new Error('a character that XML has not');
  return names;
}

const line = (xml: string, start: string): string =>
  xml
    .split('\n')
    .find((one) => one.trim().startsWith(start))
    ?.trim() ?? '';

test('well-formed, with a suite a family and a test a case', () => {
  const names = elementsOf(junitReport(buildReport(sampleRun(), { tokens })));
  expect(names.filter((name) => name === 'testsuite')).toHaveLength(7);
  expect(names.filter((name) => name === 'testcase')).toHaveLength(11);
});

test('well-formed whatever a server sends', () => {
  const evil = '\u0000\u001b]]><![CDATA[&"\'<x>\ud800\ufffe\u202e';
  const frames = [{ atMs: 1, connection: evil, direction: 'received', kind: 'text', data: evil, bytes: 1 }] as const;
  const one = sampleCase({
    verdict: 'fail',
    expected: evil,
    observed: evil,
    reason: evil,
    channel: evil,
    instance: evil,
    frames,
  });
  const xml = junitReport(buildReport(sampleRun({ cases: [one], target: { name: evil, url: evil } })));
  expect(elementsOf(xml)).toContain('failure');
  expect(() => elementsOf(xml.replace('</failure>', ''))).toThrow();
});

test('what is red in the run is red here', () => {
  const report = buildReport(sampleRun(), { tokens });
  expect(line(junitReport(report), '<testsuites')).toBe(
    '<testsuites name="wirepact server tiny server" tests="11" failures="3" errors="4" skipped="1" time="4.321">',
  );
  const strict = buildReport(sampleRun(), { tokens, strict: true });
  expect(line(junitReport(strict), '<testsuites')).toContain('failures="4"');
});

test('a known failure is skipped, with its reason', () => {
  const one = sampleCase({ verdict: 'fail' });
  const entry = { rule: one.rule, reason: 'waits for "x"', until: '2030-01-01', line: 1 };
  const known = { file: 'known.yaml', accepted: new Map([[one, entry]]), problems: [] };
  const xml = junitReport(buildReport(sampleRun({ cases: [one] }), { known }));
  expect(line(xml, '<skipped')).toBe('<skipped message="known until 2030-01-01: waits for &quot;x&quot;"/>');
});

test('a failure has its reason as type, its trace and the command to repeat it', () => {
  const xml = junitReport(buildReport(sampleRun(), { tokens }));
  expect(line(xml, '<failure')).toContain(
    'message="expected peer 1 receives SAY once; observed peer 1 received SAY twice" type="duplicate"',
  );
  expect(xml).toContain('peer 1   ← close 4001 bad token [token]');
  expect(xml).toContain('again: wirepact test server --target tiny.yaml --rule delivery/receivers@lobby.SAY');
});
