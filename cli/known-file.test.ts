import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { UsageError } from './exit-codes.ts';
import { readKnown } from './known-file.ts';

test('no path is an empty list, a missing file a sentence, and a file is named as seen from here', async () => {
  expect((await readKnown(undefined)).entries).toEqual([]);
  await expect(readKnown('none.yaml')).rejects.toThrow(UsageError);
  await expect(readKnown('none.yaml')).rejects.toThrow('The known list none.yaml cannot be read.');
  const folder = mkdtempSync(join(tmpdir(), 'wirepact-known-'));
  try {
    const path = join(folder, 'known.yaml');
    writeFileSync(path, '- { rule: a/b, reason: why, until: 2030-01-01 }\n');
    expect(await readKnown(path)).toMatchObject({ file: relative(process.cwd(), path), entries: [{ rule: 'a/b' }] });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
