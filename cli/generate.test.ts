import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { generate } from '../scripts/generate.ts';
import { parseContract } from '../scripts/parse/load.ts';
import { allEmitters } from './rules-json.ts';

test("the repository's own output is up to date with its contract", async () => {
  const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
  const { changes, findings } = await generate({
    document: at('asyncapi.yaml'),
    out: at('generated'),
    check: true,
    emitters: async () => allEmitters,
  });
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(changes).toMatchObject({ stale: [], missing: [], surplus: [] });
});

test('no file is made twice', async () => {
  const contract = parseContract(fileURLToPath(new URL('../scripts/fixtures/kitchen.yaml', import.meta.url)));
  const paths = (await Promise.all(allEmitters.map((emit) => emit(contract)))).flatMap((texts) => [...texts.keys()]);
  expect(paths.filter((path, index) => paths.indexOf(path) !== index)).toEqual([]);
  expect(paths).toEqual(expect.arrayContaining(['rules.json', 'docs/index.html', 'model.json']));
});
