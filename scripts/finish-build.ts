// Ends a build: copies what the compiler leaves behind, and leaves in each folder that decides the output the hash of its sources.
import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folderHash, generatorFolders, sourceHashName } from './manifest.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Of the build. */
const out = process.argv[2] ?? join(root, 'dist');

/** Where code reads schemas and plain JavaScript from beside itself. */
const folders = ['cli', 'conformance', 'faults', 'reference-server', 'runtime', 'scripts'];

for (const folder of folders) {
  for (const path of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
    const isLeftBehind = /\.(json|js|html|css)$/.test(path) && !/(^|[\\/])fixtures[\\/]/.test(path);
    if (isLeftBehind) copyFileSync(join(root, folder, path), join(out, folder, path));
  }
}

for (const folder of [...generatorFolders, 'conformance/rules']) {
  writeFileSync(join(out, folder, sourceHashName), `${folderHash(join(root, folder))}\n`);
}
