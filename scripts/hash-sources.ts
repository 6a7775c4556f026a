// Ends a build: leaves in each folder that decides the output what its sources hash to.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folderHash, generatorFolders, sourceHashName } from './manifest.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

for (const folder of [...generatorFolders, 'conformance/rules']) {
  writeFileSync(join(root, 'dist', folder, sourceHashName), `${folderHash(join(root, folder))}\n`);
}
