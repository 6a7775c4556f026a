import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { generate } from '../scripts/generate.ts';
import { emitRules } from './rules-json.ts';

test("the repository's own output is up to date with its contract", async () => {
  const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
  const { changes, findings } = await generate({
    document: at('asyncapi.yaml'),
    out: at('generated'),
    check: true,
    emitters: [emitRules],
  });
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(changes).toMatchObject({ stale: [], missing: [], surplus: [] });
});
