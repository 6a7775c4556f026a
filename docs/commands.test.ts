import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { understood } from '../cli/fixtures/rehearsal.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['docs', 'examples', 'vocabulary', 'conformance'];

/** Every page that people read; reports are written by the command itself. */
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.md') && !path.includes('node_modules') && !path.endsWith('-report.md'))
      .map((path) => `${folder}/${path}`),
  ),
];

const read = (page: string): string => readFileSync(join(root, page), 'utf8');

/** Fenced code by its language; none: what a terminal shows. */
function codeOf(text: string, ...languages: readonly string[]): string[] {
  return [...text.matchAll(/^( *)```([a-z]*)\n([\s\S]*?)^ *```$/gm)]
    .filter(([, , language = '']) => languages.includes(language))
    .map(([, indent = '', , code = '']) => code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
}

/** Commands of a page: in fenced code of shells and workflows, and inline, with their continued lines joined. */
function commandsOf(page: string): string[] {
  const text = read(page);
  const fenced = codeOf(text, '', 'sh', 'bash', 'console', 'yaml')
    .flatMap((code) => code.replaceAll(/\\\n\s*/g, '').split('\n'))
    .flatMap((line) => line.replace(/^\s*(\$|- run:|run:|-)?\s*/, '').split(/ && | \|\| /))
    // A remark stands behind a hash, or two spaces away.
    .map(
      (line) =>
        line
          .replace(/\s+#.*$/, '')
          .trim()
          .split(/ {2,}/)[0] ?? '',
    );
  const inline = [...text.matchAll(/`((?:npx )?wirepact [^`]+|npm run [^`]+|npm --prefix [^`]+)`/g)].map(
    ([, code = '']) => code,
  );
  return [...fenced, ...inline.map((code) => code.replaceAll('\n', ' '))];
}

const scriptNames = (folder: string): readonly string[] =>
  Object.keys(
    (JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { scripts?: object }).scripts ?? {},
  );

/** Words in capitals stand for what a reader knows; so does an ellipsis. */
const isWhole = (command: string): boolean => !/\.\.\.|…|<\w+>/.test(command);

test.each(pages)('%s: every command is one that there is', async (page) => {
  for (const command of commandsOf(page)) {
    const own = /^(?:[A-Z_]+=\S+ )*(?:npx )?(wirepact [a-z-][^|>]*)/.exec(command)?.[1];
    // A number that stands for one.
    if (own !== undefined && isWhole(own)) await understood(own.replaceAll(/\bN\b/g, '1'));
    const script = /^npm run (?:--silent )?([\w:-]+)/.exec(command)?.[1];
    if (script !== undefined)
      expect([...scriptNames('.'), ...localScripts(page)], `${page}: ${command}`).toContain(script);
  }
});

/** Of an example with a package of its own. */
function localScripts(page: string): readonly string[] {
  return existsSync(join(root, dirname(page), 'package.json')) ? scriptNames(dirname(page)) : [];
}

test.each(pages)('%s: YAML and JSON are what they look like, and every link leads somewhere', (page) => {
  const text = read(page);
  for (const code of codeOf(text, 'yaml', 'yml')) {
    const problems = parseAllDocuments(code).flatMap((document) => ('errors' in document ? document.errors : []));
    expect(
      problems.map(({ message }) => message),
      code,
    ).toEqual([]);
  }
  for (const code of codeOf(text, 'json')) expect(() => JSON.parse(code), code).not.toThrow();
  const prose = text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');
  for (const [, link = ''] of prose.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g))
    if (!/^[a-z]+:/.test(link)) expect(existsSync(join(root, dirname(page), link)), `${page}: ${link}`).toBe(true);
});

test.each(pages)('%s: TypeScript and JavaScript are what they look like', async (page) => {
  const text = read(page);
  for (const language of ['ts', 'tsx', 'js', 'jsx'] as const)
    for (const code of codeOf(text, language)) await transform(code, { loader: language, format: 'esm' });
});

test('the commands of the README are found at all', () => {
  const commands = commandsOf('README.md');
  for (const part of ['lint', 'generate', 'test server', 'test pair', 'diff'])
    expect(
      commands.some((command) => command.includes(`wirepact ${part}`)),
      part,
    ).toBe(true);
});
