// Measures what a browser loads of the client: the core, the core with every part, and each bundled channel with its table
// and validators. Fails above the budgets of the design.
import { readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** 4.5 KB and 9 KB. */
const coreBudgetBytes = 4608;
const channelBudgetBytes = 9216;

const root = new URL('..', import.meta.url);

async function measure(name: string, contents: string, budgetBytes: number): Promise<void> {
  const result = await build({
    stdin: { contents, resolveDir: root.pathname },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    conditions: ['source'],
    metafile: true,
  });
  const bytes = result.outputFiles[0]!.contents;
  const gzipBytes = gzipSync(bytes, { level: 9 }).length;
  const budget = budgetBytes < Infinity ? ` (budget ${budgetBytes})` : '';
  console.log(
    `${name.padEnd(20)} ${String(bytes.length).padStart(6)} min ${String(gzipBytes).padStart(6)} min+gzip${budget}`,
  );
  if (process.argv.includes('--files'))
    for (const [file, { bytesInOutput }] of Object.entries(Object.values(result.metafile.outputs)[0]!.inputs))
      if (bytesInOutput > 0) console.log(`${String(bytesInOutput).padStart(27)} ${file}`);
  if (gzipBytes <= budgetBytes) return;
  console.error(`${name} is ${gzipBytes - budgetBytes} bytes over its budget: --files tells which file grew.`);
  process.exitCode = 1;
}

const entry = './runtime/client/index.ts';
await measure('core', `export { createClient } from '${entry}';`, coreBudgetBytes);
const parts = 'answering, beating, ordering, repeats';
await measure('core and all parts', `export { createClient, ${parts} } from '${entry}';`, Infinity);
for (const channel of readdirSync(new URL('generated/channels/', root)))
  await measure(channel, `export * from './generated/channels/${channel}/client.ts';`, channelBudgetBytes);
