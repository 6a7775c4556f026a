import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { documentOf, edit, kitchen, temporaryFolder } from './fixtures/edited.ts';
import { generate, isUpToDate } from './generate.ts';
import { isCurrent } from './manifest.ts';

function bytesOf(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return new Map(paths.map((path) => [path.slice(folder.length), readFileSync(path, 'utf8')]));
}

async function generated(text: string): Promise<{ document: string; out: string }> {
  const document = documentOf(text);
  const out = join(temporaryFolder(), 'generated');
  const { findings } = await generate({ document, out, official: false });
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  return { document, out };
}

test('the same document gives the same bytes, from any folder', async () => {
  const first = await generated(kitchen);
  const second = await generated(kitchen);
  expect(bytesOf(second.out)).toEqual(bytesOf(first.out));
  const again = await generate({ ...first, official: false });
  expect(again.changes && isUpToDate(again.changes)).toBe(true);
});

test('a document with errors writes nothing', async () => {
  const out = join(temporaryFolder(), 'generated');
  const document = documentOf(edit(kitchen, ['timeoutMs: 3000', 'timeoutMs: 0']));
  const { changes, findings } = await generate({ document, out, official: false });
  expect(changes).toBeUndefined();
  expect(findings.map(({ code }) => code)).toContain('request-timeout');
  expect(() => readdirSync(out)).toThrow();
});

test('check tells what is out of date, and touches nothing', async () => {
  const { document, out } = await generated(kitchen);
  expect(isCurrent(document, out)).toBe(true);
  const types = join(out, 'channels', 'orders', 'types.ts');
  writeFileSync(types, 'edited');
  rmSync(join(out, 'index.ts'));
  expect(isCurrent(document, out)).toBe(false);
  const { changes } = await generate({ document, out, check: true });
  expect(changes).toMatchObject({ stale: ['channels/orders/types.ts'], missing: ['index.ts'], surplus: [] });
  expect(readFileSync(types, 'utf8')).toBe('edited');
});

test('a changed document is not current; line endings and comments in other files do not count', async () => {
  const { document, out } = await generated(kitchen);
  writeFileSync(document, kitchen.replaceAll('\n', '\r\n'));
  expect(isCurrent(document, out)).toBe(true);
  writeFileSync(document, kitchen.replace('title: Kitchen', 'title: Cellar'));
  expect(isCurrent(document, out)).toBe(false);
});

test('a channel that is gone takes its files with it', async () => {
  const { document, out } = await generated(kitchen);
  writeFileSync(
    document,
    kitchen.replaceAll('#/channels/orders', '#/channels/dishes').replace('  orders:\n', '  dishes:\n'),
  );
  const { changes } = await generate({ document, out, official: false });
  expect(changes?.surplus).toContain('channels/orders/types.ts');
  expect(readdirSync(join(out, 'channels'))).toEqual(['dishes']);
});

// biome-ignore lint/suspicious/noTemplateCurlyInString: hostile on purpose
test.each(['../../up', '/etc/x', 'a/../../b', '..', 'constructor', '__proto__', '`${x}`', "'; x(); '"])(
  'a channel named %j stays in the output folder',
  async (name) => {
    const pointer = name.replaceAll('~', '~0').replaceAll('/', '~1');
    const text = kitchen
      .replaceAll("'#/channels/orders", `'#/channels/${pointer.replaceAll("'", "''")}`)
      .replace('  orders:\n', `  ${JSON.stringify(name)}:\n`);
    const folder = temporaryFolder();
    const out = join(folder, 'deep', 'generated');
    mkdirSync(join(folder, 'deep'));
    const { changes, findings } = await generate({ document: documentOf(text), out, official: false });
    expect(readdirSync(folder)).toEqual(['deep']);
    expect(readdirSync(join(folder, 'deep')).filter((one) => one !== 'generated')).toEqual([]);
    // A name without a letter is refused; any other is made harmless.
    expect(changes === undefined).toBe(findings.some(({ code }) => code === 'name-empty'));
  },
);

test('documents of a folder of their own are read from there', async () => {
  const { document, out } = await generated(kitchen);
  const copy = temporaryFolder();
  cpSync(document, join(copy, 'asyncapi.yaml'));
  expect(isCurrent(join(copy, 'asyncapi.yaml'), out)).toBe(true);
});
