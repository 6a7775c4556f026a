import { expect, test } from 'vitest';
import { consoleReport } from './console.ts';
import { sampleCase, sampleFrames, sampleRun, tokens } from './fixtures/sample-run.ts';
import { buildReport } from './report-json.ts';
import { widthOf } from './terminal-text.ts';
import { traceRows } from './trace.ts';

const lines = consoleReport(buildReport(sampleRun(), { tokens }), { width: 90, reportPath: 'reports/index.html' });
const block = (from: string, count: number): readonly string[] => {
  const start = lines.findIndex((line) => line.includes(from));
  return lines.slice(start, start + count);
};

test('a failure: sentence, expected, observed, frames, place, command, and where else', () => {
  expect(block('✗ delivery/receivers', 24)).toEqual([
    '  ✗ delivery/receivers  3 cases',
    '    A message reaches exactly those whom its delivery names, each of them once.',
    '',
    '    delivery/receivers@lobby.SAY  duplicate',
    '      expected  peer 1 receives SAY once',
    '      observed  peer 1 received SAY twice',
    '',
    '       0.4 ms  sender   · open /ws/lobby/room-1?token=[token]',
    '       1.9 ms  peer 1   · open /ws/lobby/room-1?token=[token]',
    '       2.2 ms  peer 二  · open /ws/lobby/room-1',
    '       5.0 ms  sender   → {"type":"SAY","text":"Grüße 👋 from <b>one</b>"}',
    '       6.1 ms  peer 1   ← {"type":"SAY","text":"Grüße 👋 from <b>one</b>"}',
    '       6.3 ms  peer 1   ← {"type":"SAY","text":"Grüße 👋 from <b>one</b>"}',
    '       6.4 ms  peer 二  ← {"type":"SAY","text":"Grüße 👋 from <b>one…xxxxxxxxxxxxxxxxxxxxx',
    '       7.0 ms           · fence (2 frames)',
    '      12.3 ms  peer 1   ← close 4001 bad token [token]',
    '      12.5 ms  sender   ← ping of 2 bytes 6869',
    '      14.0 ms  peer 二  · connection ended without a close frame',
    '',
    '      place     asyncapi.yaml:42  #/channels/lobby/messages/say',
    '      again     wirepact test server --target tiny.yaml --rule delivery/receivers@lobby.SAY',
    '      same at   lobby.SHOUT',
    '',
    '    delivery/receivers@lobby.MOVE  leaked',
  ]);
});

test('a warning is short and has no frames', () => {
  expect(block('! auth/invalid-token', 6)).toEqual([
    '  ! auth/invalid-token',
    '    A token that was not issued lets nobody in.',
    '    lobby',
    '      expected  close 4001',
    '      observed  close 1006 after [token]',
    '      place     asyncapi.yaml:42  #/channels/lobby/messages/say',
  ]);
});

test('what is missing in the target file, with the rules that it leaves untested', () => {
  expect(block('Not testable', 11)).toEqual([
    'Not testable: what to add to the target file',
    '',
    '  hooks.publish  leaves 2 rules untested, 2 cases',
    '    delivery/server-message',
    '      lobby',
    '    shutdown/announces',
    '      lobby (also hooks.restart)',
    '',
    '  hooks.restart  leaves 1 rule untested, 1 case',
    '    shutdown/announces',
    '      lobby (also hooks.publish)',
  ]);
});

test('the verdict comes last', () => {
  const run = sampleRun({ cases: [sampleCase(), sampleCase({ rule: 'auth/x', verdict: 'fail' })] });
  expect(consoleReport(buildReport(run), { reportPath: 'reports/index.html' }).slice(-5)).toEqual([
    '✗ 1 rule broken',
    '  1 MUST rule broken in 1 case.',
    '  2 cases in 4.3 s: 1 passed, 1 failed',
    '  Report: reports/index.html',
    '',
  ]);
  expect(consoleReport(buildReport(sampleRun({ cases: [sampleCase()] })))).toContain('✓ conformant');
});

test('the head names the target, by its address where it has no name', () => {
  const url = 'ws://127.0.0.1:4001';
  expect(lines[0]).toBe('server tiny server at ws://127.0.0.1:9321');
  expect(consoleReport(buildReport(sampleRun({ target: { name: url, url } })))[0]).toBe(`server ${url}`);
});

test('families by count', () => {
  expect(block('✓ handshake', 3)).toEqual([
    '  ✓ handshake  1 passed',
    '  ! auth       0 passed, 1 warning',
    '  ✗ delivery   1 passed, 3 failed, 1 not testable',
  ]);
});

test('lines keep to the width, commands apart', () => {
  const wide = lines.filter((line) => widthOf(line) > 90 && !line.includes('again') && !line.includes('cases in'));
  expect(wide).toEqual([]);
});

test('colours only where asked for', () => {
  const report = buildReport(sampleRun(), { tokens });
  const control = String.fromCharCode(27);
  expect(consoleReport(report).join('')).not.toContain(control);
  expect(consoleReport(report, { colour: true }).join('')).toContain(`${control}[31m✗${control}[39m`);
});

test('a server writes nothing to the terminal', () => {
  const evil = `${String.fromCharCode(27)}[2J✓ conformant\r\n`;
  const frames = sampleFrames().map((frame) => ({ ...frame, data: evil, connection: evil }));
  const run = sampleRun({
    cases: [sampleCase({ verdict: 'fail', observed: evil, expected: evil, reason: evil, frames })],
  });
  const text = consoleReport(buildReport(run));
  expect(text.join('')).toContain('\\u{1b}[2J✓ conformant\\r\\n');
  for (const line of text) expect(line).not.toMatch(/\p{Cc}/u);
});

test('an instance that a shell would read otherwise is quoted', () => {
  const run = sampleRun({ cases: [sampleCase({ verdict: 'fail', instance: "a/b@c.it's *" })] });
  expect(consoleReport(buildReport(run)).join('\n')).toContain(`--rule 'a/b@c.it'\\''s *'`);
});

test('long traces lose their middle, and say how much', () => {
  const [frame] = sampleFrames();
  const rows = traceRows(
    Array.from({ length: 100 }, (_, index) => ({ ...frame!, atMs: index })),
    10,
  );
  expect(rows).toHaveLength(10);
  expect(rows[3]?.text).toBe('91 frames left out here; report.json has all');
  expect([rows[0]?.ms, rows[9]?.ms]).toEqual(['0.0', '99.0']);
});

test('what judges the whole run is run again with the case that showed it', () => {
  const seen = sampleCase({ rule: 'handshake/accepts-valid-connection' });
  const monitor = (rule: string, observed: string) =>
    sampleCase({ rule, verdict: 'fail', observed, expected: 'a message of the contract' });
  const text = consoleReport(
    buildReport(
      sampleRun({
        cases: [
          seen,
          monitor('validation/sent-known', `an empty text message (in ${seen.instance})`),
          monitor('auth/token-not-logged', 'GET /?token=[token]'),
        ],
      }),
    ),
    { width: 140 },
  ).join('\n');
  expect(text).toContain('--rule validation/sent-known@lobby --rule handshake/accepts-valid-connection@lobby');
  expect(text).toContain("--rule auth/token-not-logged@lobby --rule 'handshake/*@lobby'");
});
