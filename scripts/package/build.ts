// Makes `dist/`, which is what the package contains: compiled modules with their types for whoever imports them, and the
// command and the suite as bundles, so that what they stand on is never installed beside an application.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folderHash, generatorFolders, sourceHashName } from '../manifest.ts';
import { bundle } from './bundle.ts';
import { licencesOf } from './licences.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What `generate --check` takes the generator's version from, where there are no sources. */
const hashed = [...generatorFolders, 'conformance/rules', 'conformance/client-rules'];

/** Writes the build into a folder, which is emptied first. Throws where something does not compile. */
export async function buildPackage(out: string): Promise<void> {
  rmSync(out, { recursive: true, force: true });
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const args = [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', out];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The sources do not compile:\n${stdout}`);
  // Of these only the types are published: their code is in the bundles.
  for (const folder of ['conformance', 'scripts']) removeCode(join(out, folder));
  const inputs = await bundle(root, out);
  copyFileSync(join(root, 'vocabulary/ruleset.d.ts'), join(out, 'vocabulary/ruleset.d.ts'));
  copyFileSync(join(root, 'conformance/proof.json'), join(out, 'conformance/proof.json'));
  writeFileSync(join(out, 'THIRD-PARTY-LICENCES.txt'), licencesOf(root, inputs));
  for (const folder of hashed) {
    mkdirSync(join(out, folder), { recursive: true });
    writeFileSync(join(out, folder, sourceHashName), `${folderHash(join(root, folder))}\n`);
  }
}

function removeCode(folder: string): void {
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (path.endsWith('.js')) rmSync(join(folder, path));
}

const [, script, out = join(root, 'dist')] = process.argv;
if (script !== undefined && resolve(script) === fileURLToPath(import.meta.url)) await buildPackage(resolve(out));
