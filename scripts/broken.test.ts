import { expect, test } from 'vitest';
import { isMap, isSeq, parseDocument } from 'yaml';
import { findingCodes } from './errors.ts';
import { documentOf, edit, kitchen } from './fixtures/edited.ts';
import { mistakes } from './fixtures/mistakes.ts';
import { brokenDocuments } from './fixtures/more-mistakes.ts';
import { loadContract } from './parse/load.ts';

test.each(brokenDocuments)('%s', async (_title, text, code, pointer, lineText) => {
  const { findings } = await loadContract(documentOf(text), { official: false });
  const found = findings.find((finding) => finding.code === code && finding.pointer === pointer);
  expect(found, JSON.stringify(findings, null, 1)).toBeDefined();
  expect(text.split('\n')[(found?.line ?? 0) - 1]).toContain(lineText);
  expect(found?.message).toMatch(/\.$/);
});

test.each(mistakes)('the line of: %s', async (_title, edits, code, pointer) => {
  const text = edit(kitchen, ...edits);
  const { findings } = await loadContract(documentOf(text), { official: false });
  const found = findings.find((finding) => finding.code === code && finding.pointer === pointer);
  expect(found?.line).toBe(lineOf(text, pointer));
});

/** Line of the deepest place of the pointer that the document has, found without the code that is tested. */
function lineOf(text: string, pointer: string): number {
  let node: unknown = parseDocument(text).contents;
  let offset = 0;
  for (const token of pointer.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    const pair = isMap(node) ? node.items.find(({ key }) => String(key) === name) : undefined;
    const child = isSeq(node) ? node.items[Number(name)] : pair?.value;
    const at = (pair?.key ?? child) as { readonly range?: readonly number[] } | undefined;
    if (at?.range === undefined) break;
    offset = at.range[0] ?? 0;
    node = child;
  }
  return text.slice(0, offset).split('\n').length;
}

/** Met elsewhere, or nowhere on this machine: a document that cannot be read at all, and a parser that is not installed. */
const elsewhere = new Set(
  Object.keys(findingCodes).filter((code) => /^document-|^asyncapi-parser-missing$/.test(code)),
);

test('every finding is met in two documents or more', () => {
  const codes = [...mistakes.map(([, , code]) => code), ...brokenDocuments.map(([, , code]) => code)];
  const few = Object.keys(findingCodes).filter(
    (code) => !elsewhere.has(code) && codes.filter((one) => one === code).length < 2,
  );
  expect(few).toEqual([]);
});

test('every key is broken in two documents or more', () => {
  const titles = [...mistakes, ...brokenDocuments].map(([title]) => title);
  const words =
    'envelope error parameter auth close-codes heartbeat reconnect queue room resync limits delivery trigger requires idempotent request level should';
  const few = words
    .split(' ')
    .filter((word) => titles.filter((title) => title.startsWith(`x-ws-${word}: `)).length < 2);
  expect(few).toEqual([]);
});
