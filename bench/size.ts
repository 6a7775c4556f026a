// Measures what a browser loads of the client core, and fails above the budget of the design.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const budgetBytes = 4608;

const result = await build({
  stdin: {
    contents: "export { createClient } from './runtime/client/index.ts';",
    resolveDir: new URL('..', import.meta.url).pathname,
  },
  bundle: true,
  minify: true,
  write: false,
  format: 'esm',
  target: 'es2022',
  platform: 'browser',
  metafile: true,
});
const [file] = result.outputFiles;
const gzipBytes = gzipSync(file!.contents, { level: 9 }).length;
console.log(`client core: ${file!.contents.length} bytes min, ${gzipBytes} bytes min+gzip (budget ${budgetBytes})`);
if (process.argv.includes('--files'))
  for (const [name, { bytesInOutput }] of Object.entries(Object.values(result.metafile.outputs)[0]!.inputs))
    console.log(`${String(bytesInOutput).padStart(7)} ${name}`);
if (gzipBytes > budgetBytes) {
  console.error(
    `The client core is ${gzipBytes - budgetBytes} bytes over its budget: see which file grew with --files.`,
  );
  process.exitCode = 1;
}
