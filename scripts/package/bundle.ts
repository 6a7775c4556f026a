// Bundles the command, the suite and the ruleset with what they import, but for what the package depends on at run time.
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { unusedReaders } from '../emit/modelina-module.ts';

/** Below the build's folder, one level deep like `cli/`: code finds its files by paths from itself. */
const shared = 'bundle';

/** Paths of all files that were taken in, from the root. */
export async function bundle(root: string, out: string): Promise<ReadonlySet<string>> {
  const common: BuildOptions = {
    absWorkingDir: root,
    outdir: out,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    conditions: ['@wirepact/source'],
    legalComments: 'none',
    logLevel: 'error',
    // Its default entry is UMD, whose inner requires no bundler sees.
    alias: { 'jsonc-parser': join(root, 'node_modules/jsonc-parser/lib/esm/main.js') },
    // CommonJS inside asks for Node's own modules.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
    },
  };
  const builds = [
    build({
      ...common,
      entryPoints: { 'cli/main': 'cli/main.ts', 'conformance/index': 'conformance/index.ts' },
      chunkNames: `${shared}/[name]-[hash]`,
      splitting: true,
      metafile: true,
      // A checkout bundles the console with it; the package has the console bundled.
      external: [...installed(root), 'esbuild'],
      plugins: [modelina(root)],
    }),
    build({
      ...common,
      // A thread of its own, of others' code alone.
      entryPoints: { [`${shared}/official-thread`]: 'scripts/lint/official-thread.js' },
      minify: true,
      metafile: true,
      plugins: [specifications, plainCode],
    }),
    // The page of `wirepact serve`: it runs in a browser.
    build({
      ...common,
      entryPoints: { 'console/console': 'cli/console/browser/main.ts' },
      platform: 'browser',
      target: 'es2022',
      minify: true,
      banner: {},
      metafile: true,
    }),
    build({ ...common, entryPoints: { 'vocabulary/ruleset': 'vocabulary/ruleset.js' }, metafile: true }),
  ];
  const inputs = new Set<string>();
  for (const { metafile } of await Promise.all(builds)) {
    for (const path of Object.keys(metafile?.inputs ?? {})) inputs.add(path);
    for (const path of Object.keys(metafile?.outputs ?? {})) copyNeighbours(root, join(root, path));
  }
  return inputs;
}

/** What npm installs with the package, or the user beside it. */
function installed(root: string): string[] {
  const { dependencies = {}, peerDependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly [kind: string]: { readonly [name: string]: string };
  };
  return [...Object.keys(dependencies), ...Object.keys(peerDependencies)];
}

/** Modelina's module resolves paths at run time; here the same two of its modules, without the same readers. */
function modelina(root: string): Plugin {
  const lib = join(root, 'node_modules/@asyncapi/modelina/lib/cjs');
  const contents = `export const loadModelina = () => ({
    TypeScriptGenerator: require(${JSON.stringify(`${lib}/generators/typescript/index.js`)}).TypeScriptGenerator,
    JsonSchemaInputProcessor: require(${JSON.stringify(`${lib}/processors/JsonSchemaInputProcessor.js`)}).JsonSchemaInputProcessor,
  });`;
  return {
    name: 'modelina',
    setup({ onLoad, onResolve }) {
      onLoad({ filter: /scripts[\\/]emit[\\/]modelina-module\.ts$/ }, () => ({ contents, resolveDir: root }));
      onResolve({ filter: /./ }, ({ path, importer }) =>
        unusedReaders.includes(path) && importer.startsWith(lib) ? { path, namespace: 'unused' } : undefined,
      );
      onLoad({ filter: /./, namespace: 'unused' }, () => ({ contents: 'module.exports = {};' }));
    },
  };
}

/** Older documents are refused before the parser is asked: of the specifications it needs those of AsyncAPI 3. */
const specifications: Plugin = {
  name: 'specifications',
  setup({ onLoad }) {
    onLoad({ filter: /@asyncapi[\\/]specs[\\/]index\.js$/ }, ({ path }) => {
      const folder = dirname(path);
      const names = readdirSync(join(folder, 'schemas')).filter((name) => /^3[0-9.]+\.json$/.test(name));
      const rows = names.map((name) => `${JSON.stringify(basename(name, '.json'))}: require('./schemas/${name}')`);
      return { contents: `module.exports = { schemas: { ${rows.join(', ')} } };`, resolveDir: folder };
    });
  },
};

/** Each validator of that thread runs once or a few times: to compile it sooner gains more than to make its code shorter. */
const plainCode: Plugin = {
  name: 'plain-code',
  setup({ onLoad }) {
    onLoad({ filter: /ajv[\\/]dist[\\/]core\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const contents = text.replace('_optz === undefined ? 1 :', '_optz === undefined ? 0 :');
      if (contents === text) throw new Error(`${path} says otherwise than expected how code is optimized.`);
      return { contents };
    });
  },
};

/** Copies the JSON files that bundled code reads from beside itself. */
function copyNeighbours(root: string, output: string): void {
  for (const [, name = ''] of readFileSync(output, 'utf8').matchAll(
    /new URL\("\.\/([\w.-]+\.json)", import\.meta\.url\)/g,
  )) {
    const found = ['conformance', 'cli', 'scripts', 'runtime', 'faults'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((path) => basename(path) === name)
        .map((path) => join(root, folder, path)),
    );
    const [only] = found;
    if (only === undefined || found.length > 1)
      throw new Error(`${name} is there ${found.length} times; once is needed.`);
    mkdirSync(dirname(output), { recursive: true });
    copyFileSync(only, join(dirname(output), name));
  }
}
