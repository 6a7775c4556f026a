import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emptyKnownList } from '../verdict/known.ts';
import { checkKnown } from '../verdict/known-check.ts';
import { consoleReport } from './console.ts';
import { jwtToken, opaqueToken, sampleRun, tokens } from './fixtures/sample-run.ts';
import { createRedactor, redactDeep } from './redact.ts';
import { buildReport } from './report-json.ts';
import { writeReports } from './write.ts';

describe('a token', () => {
  const redact = createRedactor([opaqueToken, 'tok', '']);

  test.each([
    ['as it is', `?token=${opaqueToken}&x=1`, '?token=[token]&x=1'],
    ['percent-encoded', encodeURIComponent(opaqueToken), '[token]'],
    ['as a form decodes it', `hello ${opaqueToken.replaceAll('+', ' ')}`, 'hello [token]'],
    ['as hex', `ff${Buffer.from(opaqueToken).toString('hex')}00`, 'ff[token]00'],
    ['cut off at the end', `see ${opaqueToken.slice(0, 12)}`, 'see [token]'],
    ['twice', `${opaqueToken} ${opaqueToken}`, '[token] [token]'],
    ['short, as a word', 'tok, token and tok', '[token], token and [token]'],
  ])('%s', (_title, text, clean) => {
    expect(redact(text)).toBe(clean);
  });

  test('inside JSON', () => {
    const quoted = 'se"cret\\token';
    expect(createRedactor([quoted])(JSON.stringify({ t: quoted }))).toBe('{"t":"[token]"}');
  });
});

describe('what looks like a JWT, though nobody told of it', () => {
  test.each([
    ['whole', jwtToken],
    ['unsigned', `${jwtToken.split('.').slice(0, 2).join('.')}.`],
    ['cut off', jwtToken.slice(0, 20)],
  ])('%s', (_title, jwt) => {
    expect(createRedactor([])(`a ${jwt} b`)).toBe('a [token] b');
  });
});

test('every string of a value, and nothing else', () => {
  const redact = createRedactor(['secret-token']);
  expect(redactDeep({ a: ['secret-token', 1, null], b: { c: 'x secret-token' } }, redact)).toEqual({
    a: ['[token]', 1, null],
    b: { c: 'x [token]' },
  });
});

test('no form of the report has a token in it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wirepact-report-'));
  try {
    const base = sampleRun();
    const run = sampleRun({
      harnessError: `Could not connect with ${opaqueToken}.`,
      command: `wirepact test server --target ws://127.0.0.1:1/?token=${opaqueToken}`,
      target: { name: `ws://127.0.0.1:1/?token=${opaqueToken}`, url: `ws://127.0.0.1:1/?token=${jwtToken}` },
    });
    const list = {
      ...emptyKnownList,
      file: 'known.yaml',
      entries: [{ rule: 'delivery/receivers', reason: opaqueToken, until: '2030-01-01', observed: jwtToken, line: 1 }],
    };
    const known = checkKnown(list, run.cases, { today: '2026-01-01' });
    const report = buildReport(run, { tokens, known });
    const paths = await writeReports(report, folder);
    const written = await Promise.all(Object.values(paths).map((path) => readFile(path, 'utf8')));
    const all = [...written, consoleReport(report, { colour: true }).join('\n')];
    expect(all).toHaveLength(5);
    for (const text of all) {
      expect(text).toContain('[token]');
      for (const token of tokens) {
        expect(text).not.toContain(token);
        expect(text).not.toContain(encodeURIComponent(token));
      }
      expect(text).not.toMatch(/eyJ[\w-]{8}/);
    }
    expect(base.cases.some((one) => JSON.stringify(one).includes(jwtToken))).toBe(true);
  } finally {
    await rm(folder, { recursive: true });
  }
});
