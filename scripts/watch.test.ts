import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { documentOf, kitchen, temporaryFolder } from './fixtures/edited.ts';
import type { GenerateResult } from './generate.ts';
import { watch } from './watch.ts';

test('generates after each change, tells mistakes, and goes on', async () => {
  const document = documentOf(kitchen);
  const results: GenerateResult[] = [];
  const waiting: ((result: GenerateResult) => void)[] = [];
  const next = () => new Promise<GenerateResult>((resolve) => waiting.push(resolve));
  const first = next();
  const stop = await watch({
    document,
    out: join(temporaryFolder(), 'generated'),
    official: false,
    settleMs: 5,
    onResult: (result) => {
      results.push(result);
      waiting.shift()?.(result);
    },
    onError: (error) => expect.fail(String(error)),
  });
  onTestFinished(stop);
  expect((await first).changes?.missing).toContain('index.ts');

  const broken = next();
  writeFileSync(document, kitchen.replace('timeoutMs: 3000', 'timeoutMs: 0'));
  expect((await broken).changes).toBeUndefined();

  const mended = next();
  writeFileSync(`${document}.new`, kitchen.replace('title: Kitchen', 'title: Cellar'));
  renameSync(`${document}.new`, document);
  expect((await mended).changes?.stale).toContain('model.json');
});
