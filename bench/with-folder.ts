// A folder for what a benchmark writes, inside the checkout, where generated imports resolve; removed at the end.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './measure.ts';

/** Its name begins with a dot, so that no other tool walks into it. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(root, '.documents-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
