import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { generate } from '../scripts/generate.ts';
import { parseContract } from '../scripts/parse/load.ts';
import { runCommand } from './fixtures/run-command.ts';
import { allEmitters } from './rules-json.ts';

test("the repository's own output is up to date with its contract", async () => {
  const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
  const { changes, findings } = await generate({
    document: at('asyncapi.yaml'),
    out: at('generated'),
    check: true,
    emitters: async () => allEmitters(true),
  });
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(changes).toMatchObject({ stale: [], missing: [], surplus: [] });
});

test('no file is made twice', async () => {
  const contract = parseContract(fileURLToPath(new URL('../scripts/fixtures/kitchen.yaml', import.meta.url)));
  const paths = (await Promise.all(allEmitters(true).map((emit) => emit(contract)))).flatMap((texts) => [
    ...texts.keys(),
  ]);
  expect(paths.filter((path, index) => paths.indexOf(path) !== index)).toEqual([]);
  expect(paths).toEqual(expect.arrayContaining(['rules.json', 'docs/index.html', 'model.json']));
});

test('hooks for React are asked for once, and kept until they are refused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wirepact-generate-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const document = join(folder, 'asyncapi.yaml');
  cpSync(fileURLToPath(new URL('../scripts/fixtures/kitchen.yaml', import.meta.url)), document);
  const out = join(folder, 'generated');
  const generate = (...flags: string[]) => runCommand(['generate', document, '--out', out, '--no-official', ...flags]);
  const hooks = join(out, 'channels/orders/react.ts');

  expect((await generate()).code).toBe(0);
  expect(existsSync(hooks)).toBe(false);
  const missing = await generate('--check', '--react');
  expect(missing.code).toBe(1);
  expect(missing.err).toMatch(/missing .*channels\/orders\/react\.ts[\s\S]*--react/);
  expect((await generate('--react')).code).toBe(0);
  expect(existsSync(hooks)).toBe(true);
  expect((await generate()).out).toContain(' 0 files written');
  expect((await generate('--check')).code).toBe(0);
  expect((await generate('--check', '--no-react')).err).toMatch(
    /surplus .*channels\/orders\/react\.ts[\s\S]*--no-react/,
  );
  expect((await generate('--no-react')).code).toBe(0);
  expect(existsSync(hooks)).toBe(false);
});
