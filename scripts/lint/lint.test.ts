import { expect, test } from 'vitest';
import { documentOf, edit, kitchen } from '../fixtures/edited.ts';
import { mistakes } from '../fixtures/mistakes.ts';
import { loadContract } from '../parse/load.ts';

test('the fixture has no mistake', async () => {
  const { findings } = await loadContract(documentOf(kitchen), { official: false });
  expect(findings).toEqual([]);
});

test.each(mistakes)('%s', async (_title, edits, code, pointer) => {
  const { findings } = await loadContract(documentOf(edit(kitchen, ...edits)), { official: false });
  const found = findings.find((finding) => finding.code === code && finding.pointer === pointer);
  expect(found, JSON.stringify(findings, null, 1)).toBeDefined();
  expect(found?.message).toMatch(/\.$/);
  expect(found?.fix ?? found?.expected).toBeDefined();
});

test('a mistake is told with its place, what was expected, found, and what to do', async () => {
  const text = edit(kitchen, ['overflow: drop-oldest', 'overflow: drop-old']);
  const line = text.split('\n').findIndex((one) => one.includes('drop-old')) + 1;
  const { findings } = await loadContract(documentOf(text), { official: false });
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({
    severity: 'error',
    line,
    column: (text.split('\n')[line - 1] ?? '').indexOf('overflow') + 1,
    expected: 'one of drop-oldest, reject-newest',
    found: '"drop-old"',
    fix: 'Did you mean drop-oldest?',
  });
});

test('all mistakes are told in one run, in the order of the document', async () => {
  const text = edit(
    kitchen,
    ['jitter: 0.5', 'jitter: 50'],
    ['timeoutMs: 3000', 'timeoutMs: 0'],
    ['dish: soup }\n      sitDown', 'dish: 1 }\n      sitDown'],
  );
  const { findings } = await loadContract(documentOf(text), { official: false });
  const lines = findings.map(({ line }) => line);
  expect(new Set(findings.map(({ code }) => code))).toEqual(
    new Set(['example-invalid', 'reconnect-jitter', 'request-timeout', 'vocabulary-value']),
  );
  expect(lines).toEqual([...lines].sort((a, b) => a - b));
});

test('a document without x-ws keys gets hints, and no failure', async () => {
  const plain = `asyncapi: 3.0.0
info: { title: Plain, version: 1.0.0 }
channels:
  news:
    address: /news
    messages:
      item: { payload: { type: object, properties: { text: { type: string } } } }
operations:
  tell: { action: send, channel: { $ref: '#/channels/news' } }
`;
  const { findings } = await loadContract(documentOf(plain), { official: false });
  expect(new Set(findings.map(({ severity }) => severity))).toEqual(new Set(['info']));
  expect(findings.map(({ message }) => message).join(' ')).toContain('x-ws-delivery');
});
