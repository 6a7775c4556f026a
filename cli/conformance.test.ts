import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runCommand } from './fixtures/run-command.ts';

const schema = JSON.parse(readFileSync(new URL('../conformance/report/report.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wirepact-conformance-'));
  // The client in Node is enough here.
  vi.stubEnv('CHROMIUM', join(folder, 'none'));
  vi.stubEnv('WIREPACT_REQUIRE_ALL', '');
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const rules = ['--rule', 'handshake/accepts-valid-connection', '--rule', 'handshake/client-address'];

test('leaves a report of all that every other command takes', { timeout: 120_000 }, async () => {
  const out = join(folder, 'out');
  mkdirSync(join(out, 'client'), { recursive: true });
  writeFileSync(join(out, 'client', 'report.json'), 'left by an earlier run');
  const { code, err } = await runCommand(['conformance', '--report', out, '--channel', 'chat', ...rules]);
  expect(code, err).toBe(0);
  expect(readdirSync(out).sort()).toEqual(['client', 'index.html', 'junit.xml', 'report.json', 'server', 'summary.md']);
  const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
  expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
  expect(report.cases.map(({ part, rule }: { part: string; rule: string }) => `${part} ${rule}`)).toEqual([
    'server handshake/accepts-valid-connection',
    'client handshake/client-address',
  ]);
  expect(await runCommand(['report', 'diff', out, join(out, 'report.json')])).toEqual({
    code: 0,
    out: 'No case ends otherwise.',
    err: '',
  });
  const again = join(folder, 'again');
  const merged = await runCommand(['report', 'merge', out, join(out, 'client'), '--out', again]);
  expect(merged.code, merged.err).toBe(0);
  const all = JSON.parse(readFileSync(join(again, 'report.json'), 'utf8'));
  expect(validate(all), JSON.stringify(validate.errors)).toBe(true);
  expect(all.parts.map((part: { folder: string }) => part.folder)).toEqual(['server-1', 'client-2', 'client-3']);
});
