import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from './fixtures/run-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirepact-diff-'));
afterAll(() => rmSync(folder, { recursive: true }));

const old = fileURLToPath(new URL('../scripts/fixtures/contracts/exchange.yaml', import.meta.url));
const text = readFileSync(old, 'utf8');

function written(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const diff = (...args: string[]) => runCommand(['diff', ...args]);

test('a breaking change is one line with its place, and exit code 1', async () => {
  const path = written('breaking.yaml', text.replace('perSecond: 5,', 'perSecond: 2,'));
  const { code, out } = await diff(old, path);
  expect(code).toBe(1);
  expect(out.split('\n')).toHaveLength(2);
  expect(out).toMatch(
    /^breaks clients {2}orders {2}.*perSecond was 5, is 2 {2}limits\.rate\/perSecond {2}.*breaking\.yaml:\d+$/m,
  );
  expect(out).toMatch(/^1 change, 1 breaking\.$/m);
});

test('a compatible change, and none, end with 0', async () => {
  const path = written('compatible.yaml', text.replaceAll('withinMs: 2000', 'withinMs: 4000'));
  expect(await diff(old, path)).toMatchObject({ code: 0, out: expect.stringMatching(/2 changes, 0 breaking\.$/) });
  expect(await diff(old, old)).toEqual({ code: 0, out: 'No rule changed.', err: '' });
});

test('Markdown keeps to its tables whatever a document says', async () => {
  const path = written('markdown.yaml', text.replace('pattern: "^[A-Z]{1,5}$"', 'pattern: "^(a|<b>)$"'));
  const { out } = await diff(old, path, '--markdown');
  const rows = out.split('\n').filter((line) => line.startsWith('|'));
  expect(rows.length).toBeGreaterThan(2);
  for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(5);
  expect(out).not.toContain('<b>');
});

test('programs get JSON', async () => {
  const path = written('json.yaml', text.replace('history: { messages: 60 }', 'history: { messages: 6 }'));
  const { out } = await diff(old, path, '--json');
  expect(JSON.parse(out)).toMatchObject([{ id: 'resync.history/messages', channel: 'quotes', breaks: ['client'] }]);
});

test('a document that is missing or has mistakes is told, with what to do', async () => {
  expect(await diff(old, 'nowhere.yaml')).toMatchObject({ code: 4, err: expect.stringContaining('nowhere.yaml') });
  const path = written('broken.yaml', text.replace('scope: channel', 'scope: galaxy'));
  const { code, err } = await diff(old, path);
  expect(code).toBe(4);
  expect(err).toContain('cannot be compared');
  expect(err).toContain('wirepact lint');
});
