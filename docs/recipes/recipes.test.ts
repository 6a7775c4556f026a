import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { runCommand } from '../../cli/fixtures/run-command.ts';
import { missingFor } from '../../examples/installed.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const recipes = join(checkout, 'docs/recipes');
const home = process.cwd();
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wirepact-recipe-'));
  process.chdir(folder);
});

afterEach(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

interface Step {
  readonly run?: string;
  readonly if?: string;
}

test('the workflow: its steps pass for a fresh project, and the one that is meant fails', {
  timeout: 120_000,
}, async () => {
  const workflow = parse(readFileSync(join(recipes, 'contract.yml'), 'utf8')) as {
    jobs: { contract: { steps: readonly Step[] } };
  };
  const commands = workflow.jobs.contract.steps
    .flatMap(({ run = '' }) => run.split('\n'))
    .flatMap((line) => /^npx wirepact ([^>]+)/.exec(line)?.[1]?.trim().split(' ') ?? [])
    .join(' ');
  expect(commands).toBe(
    'lint generate --check diff "$RUNNER_TEMP/before.yaml" asyncapi.yaml --markdown test server --target target.yaml',
  );
  await runCommand(['init']);
  await runCommand(['generate', '--no-official']);
  cpSync('asyncapi.yaml', 'before.yaml');
  expect(await runCommand(['lint', '--no-official'])).toMatchObject({ code: 0 });
  expect(await runCommand(['generate', '--check'])).toMatchObject({ code: 0 });
  expect(await runCommand(['diff', 'before.yaml', 'asyncapi.yaml', '--markdown'])).toMatchObject({ code: 0 });
  writeFileSync('asyncapi.yaml', readFileSync('before.yaml', 'utf8').replace('maxLength: 2000', 'maxLength: 200'));
  expect(await runCommand(['generate', '--check'])).toMatchObject({ code: 1 });
  expect(await runCommand(['diff', 'before.yaml', 'asyncapi.yaml', '--markdown'])).toMatchObject({ code: 1 });
});

test('the page asks for nothing but itself', { timeout: 60_000 }, async () => {
  await runCommand(['init']);
  await runCommand(['generate', '--no-official']);
  expect(readdirSync('generated/docs')).toEqual(['index.html']);
  const page = readFileSync('generated/docs/index.html', 'utf8');
  expect(page).toContain('said');
  expect(page).not.toMatch(/<(script|img|iframe)[^>]+src=|<link[^>]+href="(?!#|data:)|@import|url\((?!["']?data:)/);
});

const pythons = ['/usr/bin/python3', 'python3'];

/** Of a Python that has pytest: not always the one that has Django. */
function pathWithPytest(name: string): string | null {
  const { status, stdout } = spawnSync(name, ['-c', 'import pytest, sys; print(sys.executable)'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

test('the suite as a test of a Django project: it passes, and says which rule is broken', {
  timeout: 240_000,
}, (context) => {
  const python = pythons.map(pathWithPytest).find((path) => path !== null);
  const missing =
    missingFor('django-channels') ?? (python === undefined ? 'The recipe needs python3-pytest: install it.' : null);
  if (missing !== null && process.env.WIREPACT_REQUIRE_ALL !== '1') context.skip(missing);
  expect(missing).toBeNull();
  cpSync(join(checkout, 'examples/django-channels'), folder, { recursive: true });
  cpSync(join(recipes, 'pytest-django'), folder, { recursive: true });
  cpSync(join(checkout, 'asyncapi.yaml'), join(folder, 'asyncapi.yaml'));
  const check = (rules: string) =>
    spawnSync(python ?? '', ['-m', 'pytest', '-p', 'no:cacheprovider', 'test_contract.py'], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        // The server is Debian's Python, which has Django.
        PATH: `/usr/bin:${process.env.PATH}`,
        WIREPACT: `${process.execPath} ${join(checkout, 'bin/wirepact.js')}`,
        WIREPACT_ARGUMENTS: `--channel arena ${rules}`,
      },
    });
  const kept = check('--rule auth/missing-* --rule auth/invalid-*');
  expect(kept.stdout).toMatch(/1 passed/);
  expect(kept.status).toBe(0);
  // daphne cannot say this, which is a warning where it is not strict.
  const broken = check('--strict --rule handshake/unknown-path-status');
  expect(broken.status).toBe(1);
  expect(broken.stdout).toMatch(/1 failed/);
});
