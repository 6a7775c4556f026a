import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest';
import {
  bytesOf,
  checkout,
  installedPackages,
  installProject,
  lend,
  type Project,
  packPackage,
  type Ran,
  run,
} from './fixtures/packed.ts';
import * as projects from './fixtures/projects.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirepact-package-'));
const channels = readdirSync(join(checkout, 'generated/channels'));
const patienceMs = 240_000;
const sizes: string[] = [];
let tarball: string;
let shared: Project | null;
/** What generating in it ended with. */
let generated: Ran | null;

beforeAll(async () => {
  tarball = await packPackage(folder);
  shared = installProject(tarball);
  shared?.write('asyncapi.yaml', projects.document);
  generated = shared?.wirepact('generate') ?? null;
}, patienceMs);

afterAll(() => {
  for (const path of [folder, shared?.path]) if (path !== undefined) rmSync(path, { recursive: true, force: true });
  console.log(sizes.join('\n'));
});

/** Without a registry there is nothing to install from: said, and an error where all is asked for. */
function projectOf(context: TestContext): Project {
  if (shared !== null) return shared;
  const sentence = 'The npm registry cannot be reached: that the package installs and works was not tested.';
  if (process.env.WIREPACT_REQUIRE_ALL === '1') throw new Error(sentence);
  return context.skip(sentence);
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

test('publint has nothing to say', async () => {
  const { messages, pkg } = await publint({ pack: { tarball: readFileSync(tarball).buffer }, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

test('whatever conditions a bundler sets, entries lead to files of the package', () => {
  const files = new Set(run(folder, 'tar', '-tzf', tarball).text.split('\n'));
  const { exports } = JSON.parse(run(folder, 'tar', '-xzOf', tarball, 'package/package.json').text) as {
    readonly exports: { readonly [entry: string]: string | { readonly [condition: string]: string } };
  };
  const targets = Object.values(exports).flatMap((entry) =>
    Object.entries(typeof entry === 'string' ? { default: entry } : entry),
  );
  // The one that nobody else sets: a checkout's own way to its TypeScript.
  const published = targets.filter(([condition]) => condition !== '@wirepact/source');
  expect(published.length).toBeGreaterThan(10);
  const absent = published.filter(([, path]) =>
    path.includes('*')
      ? ![...files].some((file) => matches(path.replace('./', 'package/'), file))
      : !files.has(path.replace('./', 'package/')),
  );
  expect(absent).toEqual([]);
});

const matches = (pattern: string, file: string): boolean => {
  const [before = '', after = ''] = pattern.split('*');
  return file.startsWith(before) && file.endsWith(after);
};

test('every entry has types that resolve as its code does', { timeout: patienceMs }, () => {
  const attw = join(checkout, 'node_modules/@arethetypeswrong/cli/dist/index.js');
  const entries = channels.flatMap((name) =>
    ['', '/client', '/react', '/server'].map((part) => `./channels/${name}${part}`),
  );
  // ESM alone: Node 20.19 and newer load it with `require` too.
  const { code, text } = run(
    folder,
    process.execPath,
    attw,
    tarball,
    '--profile',
    'esm-only',
    '--include-entrypoints',
    ...entries,
  );
  expect(code, text).toBe(0);
  for (const entry of ['wirepact/react', `wirepact/channels/${channels[0]}/client`, 'wirepact/vocabulary'])
    expect(text).toContain(`"${entry}"`);
});

test('little is installed with it, and nothing that only generating needs', (context) => {
  const project = projectOf(context);
  const names = installedPackages(project);
  const bytes = bytesOf(join(project.path, 'node_modules'));
  sizes.push(
    `installed: ${names.join(', ')}: ${(bytes / 1e6).toFixed(1)} MB; tarball ${kilobytes(readFileSync(tarball).length)}`,
  );
  expect(names.length).toBeLessThanOrEqual(10);
  expect(bytes).toBeLessThan(40e6);
  expect(names.filter((name) => name.startsWith('@asyncapi/') || name === 'ajv')).toEqual([]);
  const licences = readFileSync(join(project.path, 'node_modules/wirepact/dist/THIRD-PARTY-LICENCES.txt'), 'utf8');
  expect(licences).toMatch(/^ajv \d.*\(MIT\)[\s\S]*Permission is hereby granted/m);
  expect(licences).toMatch(/^@asyncapi\/parser \d.*\(Apache-2\.0\)/m);
});

test('the command works at once: the official parser, the generator, a server and the suite', {
  timeout: patienceMs,
}, (context) => {
  const project = projectOf(context);
  project.write('target.yaml', projects.target);
  expect(generated).toMatchObject({ code: 0 });
  expect(project.wirepact('generate', '--check')).toMatchObject({ code: 0 });
  // Only the official parser knows these, and its bundle says of them what it says in a checkout.
  for (const [right, wrong] of projects.officialMistakes) {
    project.write('wrong.yaml', projects.document.replace(right, wrong));
    const found = project.wirepact('lint', 'wrong.yaml');
    expect(found).toMatchObject({ code: 1, text: expect.stringContaining('[asyncapi') });
    expect(found).toEqual(run(project.path, process.execPath, join(checkout, 'bin/wirepact.js'), 'lint', 'wrong.yaml'));
  }
  const judged = project.wirepact('test', 'server', '--target', 'target.yaml', '--rule', 'delivery/*');
  expect(judged, judged.text).toMatchObject({ code: 0 });
});

test('the command starts without what only some of its commands need', (context) => {
  const folder = join(projectOf(context).path, 'node_modules/wirepact/dist');
  const seen = new Set<string>();
  const packages = new Set<string>();
  const follow = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const [, , name = ''] of readFileSync(path, 'utf8').matchAll(/^(import|\}) (?:[^'"]*from )?"([^"]+)";$/gm))
      if (name.startsWith('.')) follow(join(path, '..', name));
      else packages.add(name);
  };
  follow(join(folder, 'cli/main.js'));
  expect(seen.size).toBeGreaterThan(3);
  expect([...packages].filter((name) => ['ws', 'jose', 'node:http'].includes(name))).toEqual([]);
});

test('its server shows the console, whose script lies in the package', { timeout: patienceMs }, (context) => {
  const project = projectOf(context);
  project.write('asyncapi.yaml', projects.document);
  project.write('console.js', projects.consoleProgram);
  const text = ' 200 true\nconsole.js 200 true\ncontract.js 200 true\ndocs 200 true\n';
  expect(run(project.path, process.execPath, 'console.js')).toEqual({ code: 0, text });
});

test('Node: it compiles under nodenext and the strictest options, and a client hears its server', {
  timeout: patienceMs,
}, (context) => {
  const project = projectOf(context);
  lend(project, 'react', '@types/react', 'csstype');
  project.write('main.ts', projects.nodeProgram);
  project.write('entries.ts', projects.entries(channels));
  project.write('tsconfig.json', projects.nodeConfig);
  const compiled = run(project.path, process.execPath, join(checkout, 'node_modules/typescript/bin/tsc'), '-p', '.');
  expect(compiled).toEqual({ code: 0, text: '' });
  expect(run(project.path, process.execPath, 'out/entries.js')).toEqual({ code: 0, text: '' });
  expect(run(project.path, process.execPath, 'out/main.js')).toMatchObject({ code: 0, text: 'heard hello back\n' });
});

test('the recipe of a plain Node server: from an empty folder to a server that keeps its contract', {
  timeout: patienceMs,
}, (context) => {
  const project = projectOf(context).below('recipe');
  expect(project.wirepact('init')).toMatchObject({ code: 0 });
  expect(project.wirepact('generate')).toMatchObject({ code: 0 });
  // The recipe's own take the place of what begins with the mock.
  cpSync(join(checkout, 'docs/recipes/node-server'), project.path, { recursive: true });
  const compiled = run(project.path, process.execPath, join(checkout, 'node_modules/typescript/bin/tsc'));
  expect(compiled).toEqual({ code: 0, text: '' });
  const judged = project.wirepact(
    'test',
    'server',
    '--target',
    'target.yaml',
    '--rule',
    'delivery/*',
    '--rule',
    'auth/*',
  );
  expect(judged.text).not.toMatch(/MUST rules? broken/);
  expect([0, 3]).toContain(judged.code);
});

test.for([
  ['a page', projects.page, []],
  ['React', projects.reactPage, ['react', 'react-dom', 'scheduler', '@types/react', '@types/react-dom', 'csstype']],
] as const)('Vite builds %s for the browser', { timeout: patienceMs }, ([name, source, packages], context) => {
  const project = projectOf(context);
  lend(project, ...packages);
  // Kept by later runs.
  expect(project.wirepact('generate', '--react').code).toBe(0);
  expect(project.wirepact('generate').text).toMatch(/ 0 files written/);
  project.write('web/index.html', '<div id="root"></div><script type="module" src="./page.ts"></script>\n');
  project.write('web/page.ts', source);
  const built = run(
    project.path,
    process.execPath,
    join(checkout, 'node_modules/vite/bin/vite.js'),
    'build',
    'web',
    '--emptyOutDir',
  );
  expect(built.code, built.text).toBe(0);
  const assets = join(project.path, 'web/dist/assets');
  const code = readdirSync(assets)
    .map((file) => readFileSync(join(assets, file), 'utf8'))
    .join('\n');
  sizes.push(`Vite, ${name}: ${kilobytes(Buffer.byteLength(code))} minified`);
  // As a boolean: a bundle is too long to be shown.
  expect(code.includes('heard')).toBe(true);
  expect(/\beval\(|new Function|\brequire\(|['"`]node:/.exec(code)?.[0]).toBeUndefined();
});
