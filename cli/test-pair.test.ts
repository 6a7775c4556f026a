import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runCommand } from './fixtures/run-command.ts';

const checkout = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const schema = JSON.parse(readFileSync(checkout('conformance/report/report.schema.json'), 'utf8'));
const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);
const source = `--conditions=@wirepact/source --import ${import.meta.resolve('tsx')}`;
const adapter = (path: string, fault = '') => `${process.execPath} ${source} ${checkout(path)} ${fault}`.trim();
const good = adapter('examples/adapters/node/adapter.ts');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wirepact-pair-'));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The bundled server, with a fault. */
function faulty(fault: string): string {
  const text = readFileSync(checkout('reference-server/target.yaml'), 'utf8');
  const changed = text
    .replace('"{timeScale}",', `"{timeScale}", --fault, ${fault},`)
    .replaceAll(/\.\.\/(bin\/wirepact\.js|asyncapi\.yaml)/g, (_, path: string) => checkout(path));
  return written('faulty.yaml', changed);
}

async function pair(client: string, ...args: string[]) {
  const out = join(folder, 'out');
  const target = args.includes('--target') ? [] : ['--target', checkout('reference-server/target.yaml')];
  const contract = ['--contract', checkout('asyncapi.yaml'), '--report', out];
  const outcome = await runCommand(['test', 'pair', ...target, '--adapter', client, ...contract, ...args]);
  const report = () => JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
  return { ...outcome, report };
}

/** By what is told to play it again. */
function seedOf({ observed }: { readonly observed: string }): string {
  const seed = /again: wirepact test pair .*--seed (\d+) --schedules 1/.exec(observed)?.[1] ?? '';
  expect(seed, observed).not.toBe('');
  return seed;
}

const twice = ['--channel', 'tabletop', '--rule', 'delivery/given-once*'];

test('a pair that keeps the contract ends with 0, and leaves a report', { timeout: 120_000 }, async () => {
  const { code, out, err, report } = await pair(good, ...twice, '--schedules', '3');
  expect(code, `${out}\n${err}`).toBe(0);
  const written = report();
  expect(validate(written), JSON.stringify(validate.errors)).toBe(true);
  expect(written).toMatchObject({ role: 'pair', summary: { pass: 1, fail: 0 } });
  expect(written.notes.join()).toMatch(/Pairs: .*3 schedules/);
});

test('a broken rule is 1, its seed breaks it again, and a known list accepts it', { timeout: 200_000 }, async () => {
  const client = adapter('examples/adapters/faulty/adapter.ts', 'inbound/handled-twice');
  const { code, report } = await pair(client, ...twice, '--schedules', '4');
  expect(code).toBe(1);
  const [broken] = report().cases;
  expect(broken).toMatchObject({ rule: 'delivery/given-once-through-faults', verdict: 'fail' });
  const seed = seedOf(broken);
  const again = await pair(client, ...twice, '--seed', seed);
  expect(again.code).toBe(1);
  const [same] = again.report().cases;
  expect(same).toMatchObject({ instance: broken.instance, verdict: 'fail', reason: broken.reason });
  expect(again.report().notes.join()).toMatch(/ 1 schedules/);

  const entry = `- { rule: ${broken.instance}, reason: told elsewhere, until: 2099-01-01 }\n`;
  const known = written('known.yaml', entry);
  expect((await pair(client, ...twice, '--seed', seed, '--known', known)).code).toBe(0);
  // What is listed and holds is stale.
  expect((await pair(good, ...twice, '--seed', seed, '--known', known)).code).toBe(2);
});

test('a broken SHOULD counts with --strict alone', { timeout: 120_000 }, async () => {
  const args = ['--target', faulty('resync/unanswered'), '--channel', 'arena', '--rule', 'resync/replayed-after*'];
  // What is missed while the client is away depends on how long it is: one seed alone may miss nothing the second time.
  const { code, out, report } = await pair(good, ...args, '--schedules', '8');
  expect(report().summary, out).toMatchObject({ fail: 0, warn: 1 });
  expect(code, out).toBe(0);
  expect((await pair(good, ...args, '--schedules', '8', '--strict')).code).toBe(1);
});

test('an adapter that ends in the middle is told once, with its log', { timeout: 120_000 }, async () => {
  const dying = written(
    'dying.mjs',
    "process.stdin.once('data', () => { console.error('out of paper'); process.exit(3); });",
  );
  const { code, out, report } = await pair(`${process.execPath} ${dying}`, ...twice);
  expect(code, out).toBe(4);
  expect(report().because).toEqual(['The adapter ended (3) before it was told bye.\nIts log:\nout of paper']);
});

test.each([
  [['--target', 'nowhere.yaml'], 'nowhere.yaml'],
  [['--channel', 'nowhere'], 'The contract has no channel "nowhere"'],
  [['--known', 'nowhere.yaml'], 'nowhere.yaml'],
])('%j: one line and exit code 4', async (args, words) => {
  const { code, err } = await pair(good, ...args);
  expect(code).toBe(4);
  expect(err).toContain(words);
  expect(err.split('\n')).toHaveLength(1);
});
