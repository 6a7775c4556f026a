import { describe, expect, test } from 'vitest';
import { opaqueToken, sampleCase } from './fixtures/sample-run.ts';
import { isColourWanted } from './paint.ts';
import { createProgress } from './progress.ts';
import { createRedactor } from './redact.ts';
import { widthOf } from './terminal-text.ts';

function record(isTTY: boolean) {
  const written: string[] = [];
  return { written, stream: { isTTY, columns: 60, write: (text: string) => written.push(text) } };
}

test('a plain line each tenth, and failures at once', () => {
  const { written, stream } = record(false);
  const progress = createProgress({ stream, env: {}, total: 20, redact: createRedactor([opaqueToken]) });
  for (let index = 0; index < 20; index += 1) {
    const broken = sampleCase({ verdict: 'fail', observed: `sent ${opaqueToken}\u001b` });
    progress.caseDone(index === 2 ? broken : sampleCase());
  }
  progress.end();
  expect(written.slice(0, 3)).toEqual([
    '2 of 20 cases\n',
    '✗ delivery/receivers@lobby: sent [token]\\u{1b}\n',
    '4 of 20 cases, 1 failed\n',
  ]);
  expect(written.at(-1)).toBe('20 of 20 cases, 1 failed\n');
  expect(written).toHaveLength(11);
});

test('one live line on a terminal, taken away at the end', () => {
  const { written, stream } = record(true);
  const progress = createProgress({ stream, env: { NO_COLOR: '1' }, total: 4 });
  progress.caseDone(sampleCase());
  progress.caseDone(sampleCase({ verdict: 'warn' }));
  progress.end();
  progress.caseDone(sampleCase());
  const clear = `\r${String.fromCharCode(27)}[2K`;
  expect(written).toHaveLength(3);
  expect(written[0]).toBe(`${clear}━━━━━─────────────── 1/4  delivery/receivers@lobby`);
  expect(written[1]).toContain('2/4  1 warning  de…');
  expect(written[2]).toBe(clear);
  for (const line of written) {
    expect(line).not.toContain('\n');
    expect(widthOf(line.slice(clear.length))).toBeLessThan(60);
  }
});

describe('colours', () => {
  test.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
  ])('terminal %s, %j: %s', (isTTY, env, wanted) => {
    expect(isColourWanted(record(isTTY).stream, env)).toBe(wanted);
  });
});
