import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emitters } from './emit/index.ts';
import { checkout, type OutputFolder, outputFolder } from './fixtures/compiled.ts';
import { canary, documentWith, harmless, hostileTexts, type Place, type Texts } from './fixtures/hostile.ts';
import { emitAll, generate } from './generate.ts';
import { type LoadResult, loadContract } from './parse/load.ts';

/** Fixed, so that a failure is met again. */
const seed = 20_250_301;
const places = Object.keys(harmless) as Place[];
const idOf = (place: Place, text: string) => `${place}: ${JSON.stringify(text).slice(0, 60)}`;

const refused = new Map<string, readonly string[]>();
const pages: string[] = [];
let output: OutputFolder;
let folder: string;

beforeAll(async () => {
  output = outputFolder();
  folder = mkdtempSync(join(tmpdir(), 'wirepact-'));
  for (const place of places) {
    for (const text of hostileTexts) {
      const errors = errorsOf(await load({ ...harmless, [place]: text }));
      if (errors.length > 0) refused.set(idOf(place, text), errors);
    }
  }
}, 300_000);

afterAll(() => {
  output.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function load(texts: Texts): Promise<LoadResult> {
  const document = join(folder, fileNameOf(texts));
  writeFileSync(document, documentWith(texts));
  return await loadContract(document, { official: false });
}

/** What a file system takes for a name. */
function fileNameOf({ fileName }: Texts): string {
  const name = fileName.replace(/[/\0]/g, '').slice(0, 200);
  return /^\.*$/.test(name) ? harmless.fileName : name;
}

/** Codes of the errors. A refusal without a reason is none. */
function errorsOf({ contract, findings }: LoadResult): string[] {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (contract === undefined && errors.length === 0) throw new Error('refused without a reason');
  for (const { message, fix, expected } of errors) {
    expect(message).toMatch(/\.$/);
    expect(fix ?? expected).toBeDefined();
  }
  return errors.map(({ code }) => code);
}

async function emit(name: string, texts: Texts): Promise<boolean> {
  const loaded = await load(texts);
  if (errorsOf(loaded).length > 0 || loaded.contract === undefined) return false;
  const files = await emitAll(loaded.contract, emitters);
  for (const path of files.keys()) expect(path).toMatch(/^(?:[\p{L}\p{M}\p{N}_-]+\/)*[\w-]+\.(?:ts|json|html)$/u);
  for (const [path, text] of files) if (path.endsWith('.json')) JSON.parse(text);
  pages.push(files.get('docs/index.html') ?? '');
  output.add(name, files);
  return true;
}

test('nothing is refused without need: only names that make no identifier, keys that may not be empty, and patterns', () => {
  const codes = new Map<string, Set<string>>();
  for (const [id, errors] of refused) {
    const place = id.split(':')[0] ?? '';
    codes.set(place, new Set([...(codes.get(place) ?? []), ...errors]));
  }
  const found = Object.fromEntries([...codes].map(([place, set]) => [place, [...set].sort()]));
  expect(found).toEqual({
    channelName: ['name-empty', 'name-folder'],
    addressWord: ['value-missing'],
    parameterName: ['parameter-unresolved', 'value-missing', 'vocabulary-value'],
    queryName: ['schema-property'],
    schemeName: ['vocabulary-value'],
    algorithm: ['vocabulary-value'],
    claimName: ['vocabulary-value'],
    clientKey: ['name-empty', 'vocabulary-value'],
    serverKey: ['name-empty', 'vocabulary-value'],
    property: ['schema-property'],
    nestedProperty: ['schema-property'],
    patternText: ['pattern-invalid', 'schema-invalid'],
    mapKeyPattern: ['pattern-invalid', 'schema-invalid'],
    schemaName: ['name-empty'],
    errorCode: ['vocabulary-value'],
    closeName: ['name-empty', 'vocabulary-value'],
    role: ['vocabulary-value'],
  });
});

// In each run every place has another text, so that after all runs each text stood in each place.
test.each(hostileTexts.map((_, run) => run))('every place is hostile at once, run %i', async (run) => {
  const chosen = places.map((place, index): [Place, string] => {
    const text = hostileTexts[(index + run) % hostileTexts.length] ?? '';
    return [place, refused.has(idOf(place, text)) ? harmless[place] : text];
  });
  const all: Texts = { ...harmless, ...Object.fromEntries(chosen) };
  // Texts that differ in punctuation alone make one identifier, which is refused: then one message after the other.
  const { clientKey, serverKey } = harmless;
  if (await emit(`run-${run}`, all)) return;
  expect(await emit(`run-${run}-client`, { ...all, serverKey })).toBe(true);
  expect(await emit(`run-${run}-server`, { ...all, clientKey })).toBe(true);
});

test('texts made of hostile parts', async () => {
  const part = fc.oneof(
    fc.constantFrom(...hostileTexts.filter((text) => text.length < 1000)),
    fc.constantFrom(...'\'"`\\\n\r\t\0/*<>!{}[]()$@#~%:;,.?&=-_ '),
    fc.string({ maxLength: 4, unit: 'grapheme' }),
    fc.constantFrom('a', 'Message', 'Client', '1'),
  );
  const text = fc.array(part, { maxLength: 5 }).map((parts) => parts.join(''));
  const one = fc.record({ place: fc.constantFrom(...places), text });
  let emitted = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 3 }), async (changes) => {
      const chosen = Object.fromEntries(changes.map(({ place, text: value }) => [place, value]));
      if (await emit(`random-${emitted}`, { ...harmless, ...chosen })) emitted += 1;
    }),
    { seed, numRuns: 60, endOnFailure: true },
  );
  expect(emitted).toBeGreaterThan(30);
}, 120_000);

test('halves of characters, which no reference can name', async () => {
  for (const place of ['infoTitle', 'enumText', 'clientType', 'propertyDescription', 'exampleText'] as const)
    expect(await emit(`half-${place}`, { ...harmless, [place]: '\ud800' })).toBe(true);
});

test('all of it compiles, and the compiler does look', () => {
  output.add('wrong', new Map([['wrong.ts', 'export const wrong: number = "text";\n']]));
  const said = output.compile();
  expect(said.filter((line) => !line.includes('wrong.ts'))).toEqual([]);
  expect(said).toHaveLength(1);
}, 120_000);

test('all of it runs, and nothing that a document says is run', () => {
  const modules = readdirSync(output.path, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  );
  expect(modules.length).toBeGreaterThan(400);
  const main = [
    'const failed = [];',
    `for (const path of ${JSON.stringify(modules.map((path) => `./${path}`))})`,
    '  await import(path.split("/").map(encodeURIComponent).join("/")).catch((error) => failed.push(path + " " + error));',
    'await import("./control.ts");',
    `process.stdout.write(JSON.stringify({ failed, canary: globalThis.${canary} ?? null, control: globalThis.${canary}Control ?? null }));`,
  ];
  writeFileSync(join(output.path, 'control.ts'), `globalThis.${canary}Control = 1;\n`);
  writeFileSync(join(output.path, 'main.mts'), `${main.join('\n')}\n`);
  const run = spawnSync(
    process.execPath,
    ['--conditions=@wirepact/source', '--import', 'tsx', join(output.path, 'main.mts')],
    {
      cwd: checkout,
      encoding: 'utf8',
    },
  );
  expect(run.stderr).toBe('');
  expect(JSON.parse(run.stdout)).toEqual({ failed: [], canary: null, control: 1 });
}, 120_000);

test('no page has an element that its document wrote', () => {
  const elements = (page: string) => (page.match(/<(?:script|img|iframe|svg onload)\b/g) ?? []).sort();
  expect(pages.length).toBeGreaterThan(50);
  const plain = pages.map(elements).reduce((least, one) => (one.length < least.length ? one : least));
  for (const page of pages) {
    expect(new Set(elements(page))).toEqual(new Set(plain));
    expect(page.match(/<script\b/g)?.length).toBe(page.match(/<\/script>/g)?.length);
    expect(page).not.toContain('<img');
  }
});

test('nothing is written outside the output folder', async () => {
  const outer = mkdtempSync(join(folder, 'outer-'));
  const inner = mkdtempSync(join(outer, 'inner-'));
  for (const text of ['../../../escaped', '..\\..\\escaped', '/escaped']) {
    const all = Object.fromEntries(
      places.map((place) => [place, refused.has(idOf(place, text)) ? harmless[place] : text]),
    );
    const document = join(inner, 'asyncapi.json');
    writeFileSync(
      document,
      documentWith({ ...harmless, ...all, clientKey: 'say', closeName: 'done', parameterName: 'a' }),
    );
    mkdirSync(join(inner, 'out'), { recursive: true });
    const { changes, findings } = await generate({ document, out: join(inner, 'out'), official: false });
    expect(changes, JSON.stringify(findings)).toBeDefined();
  }
  expect(readdirSync(inner).sort()).toEqual(['asyncapi.json', 'out']);
  for (const path of ['/escaped', join(outer, 'escaped'), join(tmpdir(), 'escaped')])
    expect(existsSync(path)).toBe(false);
});
