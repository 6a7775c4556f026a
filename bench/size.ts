// Measures what a browser loads of the client: the core, the core with every part, and each bundled channel with its table
// and validators. Fails above the budgets of the design.
import { readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build, type Plugin } from 'esbuild';
import * as react from 'react';

/** 4.5 KB, 1.2 KB and 9 KB. */
const coreBudgetBytes = 4608;
const hooksBudgetBytes = 1228;
const channelBudgetBytes = 9216;

const root = new URL('..', import.meta.url);

/** What an application with React has of it anyway, the names of its functions too. */
const hasReact: Plugin = {
  name: 'has-react',
  setup(build) {
    build.onResolve({ filter: /^react$/ }, ({ path }) => ({ path, namespace: 'react' }));
    const names = Object.keys(react).filter((name) => name.startsWith('use') || name.startsWith('create'));
    build.onLoad({ filter: /./, namespace: 'react' }, () => ({ contents: `export let ${names};` }));
  },
};

/** @param above bytes of what is there anyway, taken off */
async function measure(name: string, contents: string, budgetBytes: number, above = 0): Promise<number> {
  const result = await build({
    stdin: { contents, resolveDir: root.pathname },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    conditions: ['@wirepact/source'],
    metafile: true,
    plugins: [hasReact],
  });
  const bytes = result.outputFiles[0]!.contents;
  const gzipBytes = gzipSync(bytes, { level: 9 }).length - above;
  const budget = budgetBytes < Infinity ? ` (budget ${budgetBytes})` : '';
  console.log(
    `${name.padEnd(20)} ${String(bytes.length).padStart(6)} min ${String(gzipBytes).padStart(6)} min+gzip${budget}`,
  );
  if (process.argv.includes('--files'))
    for (const [file, { bytesInOutput }] of Object.entries(Object.values(result.metafile.outputs)[0]!.inputs))
      if (bytesInOutput > 0) console.log(`${String(bytesInOutput).padStart(27)} ${file}`);
  if (gzipBytes <= budgetBytes) return gzipBytes;
  console.error(`${name} is ${gzipBytes - budgetBytes} bytes over its budget: --files tells which file grew.`);
  process.exitCode = 1;
  return gzipBytes;
}

const entry = './runtime/client/index.ts';
const coreBytes = await measure('core', `export { createClient } from '${entry}';`, coreBudgetBytes);
// As an application has them, which exports none of their names.
const hooks = Object.keys(await import('../runtime/react/index.ts')).join();
const withHooks = `import { createClient } from '${entry}'; import { ${hooks} } from './runtime/react/index.ts';`;
await measure(
  'hooks, over the core',
  `${withHooks} export default [createClient, ${hooks}];`,
  hooksBudgetBytes,
  coreBytes,
);
const parts = 'answering, beating, ordering, repeats';
await measure('core and all parts', `export { createClient, ${parts} } from '${entry}';`, Infinity);
for (const channel of readdirSync(new URL('generated/channels/', root)))
  await measure(channel, `export * from './generated/channels/${channel}/client.ts';`, channelBudgetBytes);
