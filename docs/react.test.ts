import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import * as hooks from 'wirepact/react';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(root, 'docs/react.md'), 'utf8');
const snippets = [...page.matchAll(/^```tsx\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);

/** What the page leaves to the application. */
const application = `
declare const token: () => Promise<string>;
declare function show(...values: unknown[]): void;
`;

/** What the compiler finds in them. */
function compile(codes: readonly string[]): string {
  const folder = mkdtempSync(join(root, '.snippets-'));
  try {
    const files = codes.map((code, index) => {
      const name = `snippet${index}.tsx`;
      writeFileSync(join(folder, name), application + code.replaceAll("'./generated/", "'../generated/"));
      return name;
    });
    const compilerOptions = { noEmit: true, jsx: 'react-jsx' };
    const tsconfig = { extends: '../tsconfig.json', include: [], files, compilerOptions };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { cwd: root, encoding: 'utf8' });
    const isOurs = (line: string) => line.includes(basename(folder)) || line.startsWith('error');
    return stdout.split('\n').filter(isOurs).join('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('every snippet compiles', () => {
  expect(snippets).toHaveLength(5);
  expect(compile(snippets)).toBe('');
});

test('the channel types the hooks', () => {
  const [planning = '', feed = '', own = '', scores = ''] = snippets;
  const found = compile([
    planning.replace("useMessages(client, 'message')", "useMessages(client, 'typings')"),
    planning.replace("send('message', { content })", "send('message', { text: content })"),
    planning.replace('{ parameters: { session_id }, token }', '{ token }'),
    feed.replace('data.content', 'data.text'),
    feed.replace('<FeedProvider token={token}>', '<FeedProvider tokens={token}>'),
    scores.replace('SCORE_UPDATE:', 'SCORES:'),
    own.replace('data.content', 'data.text'),
    own.replace("Subscription('MESSAGE_CREATED'", "Subscription('MESSAGES'"),
    own.replace('USER_PRESENCE_CONNECTED:', 'CONNECTED:'),
    own.replace('<BucketlistProvider token={token}>', '<BucketlistProvider tokens={token}>'),
  ]);
  for (const index of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) expect(found).toContain(`snippet${index}.tsx`);
});

test('the page names every hook', () => {
  for (const name of Object.keys(hooks)) expect(page).toContain(`${name}`);
});
