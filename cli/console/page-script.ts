// Where the console's script comes from: in the package it lies beside the command, in a checkout it is bundled when asked for.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';

/** From `dist/cli/main.js` and from a chunk beside it alike. */
const built = new URL('../console/console.js', import.meta.url);
const source = new URL('./browser/main.ts', import.meta.url);

/** What bundles it, for a checkout and for the package. */
export const consoleBuild: BuildOptions = {
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  conditions: ['@wirepact/source'],
  legalComments: 'none',
  logLevel: 'error',
};

export async function pageScript(): Promise<string> {
  if (existsSync(built)) return await readFile(built, 'utf8');
  const { build } = await import('esbuild');
  const result = await build({ ...consoleBuild, entryPoints: [fileURLToPath(source)], write: false });
  return result.outputFiles?.[0]?.text ?? '';
}
