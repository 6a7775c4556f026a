import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommand } from './fixtures/run-command.ts';

const kitchen = readFileSync(new URL('../scripts/fixtures/kitchen.yaml', import.meta.url), 'utf8');
const home = process.cwd();
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wirepact-'));
  process.chdir(folder);
});

afterEach(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

const wirepact = (...args: string[]) => runCommand(args);

test.each([
  [['generat'], /unknown command 'generat' \(Did you mean generate\?\)/],
  [['generate', '--chek'], /unknown option '--chek' \(Did you mean --check\?\)/],
  [['lint', 'a.yaml', 'b.yaml'], /too many arguments/],
  [['explain'], /missing required argument 'rule'/],
  [['generate', '--out'], /argument missing/],
  [['lint', 'none.yaml'], /There is no file none\.yaml/],
  [['generate'], /There is no asyncapi\.yaml in this folder/],
])('%j: one line and exit code 4', async (args, message) => {
  const { code, out, err } = await wirepact(...args);
  expect(code).toBe(4);
  expect(out).toBe('');
  expect(err).toMatch(message);
  expect(err.split('\n')).toHaveLength(1);
});

test.each(['generate', 'lint', 'rules', 'explain'])('%s --help shows examples', async (command) => {
  const { code, out } = await wirepact(command, '--help');
  expect(code).toBe(0);
  expect(out).toContain(`wirepact ${command}`);
  expect(out).toContain('Examples:');
});

test('the version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  expect(await wirepact('--version')).toMatchObject({ code: 0, out: version });
});

test('lint: a clean document, a broken one, and the same for programs', async () => {
  writeFileSync('asyncapi.yaml', kitchen);
  expect(await wirepact('lint', '--no-official')).toMatchObject({
    code: 0,
    out: 'ok asyncapi.yaml (1 channel, 11 messages)',
    err: '',
  });
  writeFileSync('broken.yaml', kitchen.replace('timeoutMs: 3000', 'timeoutMs: 0'));
  const { code, err } = await wirepact('lint', 'broken.yaml', '--no-official');
  expect(code).toBe(1);
  expect(err).toMatch(/^broken\.yaml:\d+:\d+ {2}error {2}.*\[request-timeout\]\n {4}at +\/operations\/order/m);
  const json = await wirepact('lint', 'broken.yaml', '--no-official', '--json');
  expect(json.code).toBe(1);
  expect(JSON.parse(json.out)).toContainEqual(
    expect.objectContaining({ code: 'request-timeout', file: 'broken.yaml' }),
  );
});

test('lint --strict fails on a warning', async () => {
  const text = kitchen.replace('backlog: { bytes: 65536', 'backlog: { bytes: 100');
  expect(text).not.toBe(kitchen);
  writeFileSync('asyncapi.yaml', text);
  expect((await wirepact('lint', '--no-official')).code).toBe(0);
  expect((await wirepact('lint', '--no-official', '--strict')).code).toBe(1);
});

test('generate, check, stale, mend', async () => {
  mkdirSync('api');
  writeFileSync('api/asyncapi.yaml', kitchen);
  const args = ['api/asyncapi.yaml', '--out', 'made'];
  expect((await wirepact('generate', ...args, '--check')).code).toBe(1);
  expect((await wirepact('generate', ...args, '--no-official')).code).toBe(0);
  expect(await wirepact('generate', ...args, '--check')).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(readFileSync('made/rules.json', 'utf8')).length).toBeGreaterThan(0);

  writeFileSync('made/index.ts', 'edited');
  rmSync('made/rules.json');
  const stale = await wirepact('generate', ...args, '--check');
  expect(stale.code).toBe(1);
  expect(stale.err).toMatch(/stale +made\/index\.ts/);
  expect(stale.err).toMatch(/missing +made\/rules\.json/);
  expect(stale.err).toContain('npx wirepact generate api/asyncapi.yaml --out made');
});

test('generate says what is wrong and writes nothing', async () => {
  writeFileSync('asyncapi.yaml', kitchen.replace('timeoutMs: 3000', 'timeoutMs: 0'));
  const { code, err } = await wirepact('generate', '--no-official');
  expect(code).toBe(1);
  expect(err).toMatch(/nothing was written: asyncapi\.yaml has \d error/);
  expect(() => readFileSync('generated/index.ts')).toThrow();
});

test('rules and explain', async () => {
  writeFileSync('asyncapi.yaml', kitchen);
  const rows = JSON.parse((await wirepact('rules', '--json')).out) as { id: string; instances: { id: string }[] }[];
  const row = rows.find(({ instances }) => instances.length > 0);
  expect((await wirepact('rules')).out).toContain(row?.id);
  expect((await wirepact('explain', row?.id ?? '')).out).toContain(row?.instances[0]?.id);
  expect((await wirepact('explain', 'heartbeat-timeout')).out).toContain('times out');
  const unknown = await wirepact('explain', `${row?.id}x`);
  expect(unknown).toMatchObject({ code: 4, out: '' });
  expect(unknown.err).toContain(`Did you mean ${row?.id}?`);
});
