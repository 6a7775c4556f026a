import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkout } from './fixtures/compiled.ts';
import { documentOf, kitchen, temporaryFolder } from './fixtures/edited.ts';
import { small } from './fixtures/more-mistakes.ts';
import { generate } from './generate.ts';

/** Generous: a document that hangs would take for ever. */
const bound = 30_000;

const referring = (to: string) => small({ channel: `messages: { item: { payload: { $ref: '${to}' } } }` });

/** A kitchen with schemas that nobody uses, until it has that many bytes. */
function grown(bytes: number): string {
  const row = (index: number) =>
    `    Extra${index}: { type: object, description: ${'x'.repeat(150)}, properties: { a: { type: string } } }\n`;
  let rows = '';
  for (let index = 0; rows.length + kitchen.length < bytes; index += 1) rows += row(index);
  return kitchen.replace('  schemas:\n', `  schemas:\n${rows}`);
}

function bomb(width: number, depth: number): string {
  const lines = [`a0: &a0 [${Array(width).fill('lol').join(', ')}]`];
  for (let level = 1; level < depth; level += 1)
    lines.push(
      `a${level}: &a${level} [${Array(width)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    );
  return `asyncapi: 3.0.0\n${lines.join('\n')}\n`;
}

const noise = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7919 + 13) % 256));

test.each<[title: string, content: string | Buffer, code: string, line: number]>([
  ['a document of 5 MB', grown(5 * 1024 * 1024), 'document-too-large', 1],
  ['a document of 5 MB on one line', `{"asyncapi": "3.0.0", "x": "${'y'.repeat(5_000_000)}"}`, 'document-too-large', 1],
  ['an empty file', '', 'document-not-object', 1],
  ['a file of spaces', ' \n \n', 'document-not-object', 1],
  ['a comment', '# nothing', 'document-not-object', 1],
  ['a text', 'Hello there.', 'document-not-object', 1],
  ['broken YAML', 'asyncapi: 3.0.0\ninfo: { title: [ }\n', 'document-not-yaml', 2],
  ['broken JSON', '{"asyncapi": "3.0.0",\n"info": {"title" "x"}}', 'document-not-yaml', 2],
  ['YAML with tabs', 'asyncapi: 3.0.0\ninfo:\n\ttitle: x\n', 'document-not-yaml', 3],
  ['several documents', 'asyncapi: 3.0.0\n---\nasyncapi: 3.0.0\n', 'document-not-yaml', 2],
  ['a binary file', noise, 'document-not-yaml', 1],
  ['NUL characters', 'asyncapi: 3.0.0\n\0\0info: {}\n', 'document-not-yaml', 2],
  ['UTF-16', Buffer.from('\ufeffasyncapi: 3.0.0\n', 'utf16le'), 'document-not-yaml', 1],
  ['a bomb of aliases', bomb(10, 9), 'document-aliases', 1],
  ['a wide bomb of aliases', bomb(60, 5), 'document-aliases', 1],
  ['an alias of itself', 'asyncapi: 3.0.0\nx: &x { y: *x }\n', 'document-aliases', 2],
  ['an alias of nothing', 'asyncapi: 3.0.0\nx: *y\n', 'document-aliases', 1],
  ['nested without end', `asyncapi: 3.0.0\nx: ${'['.repeat(50_000)}${']'.repeat(50_000)}\n`, 'document-too-deep', 2],
  ['AsyncAPI 2.6', 'asyncapi: 2.6.0\ninfo: { title: Old, version: 1.0.0 }\nchannels: {}\n', 'document-version', 1],
  ['AsyncAPI 4', 'asyncapi: 4.0.0\n', 'document-version', 1],
  ['OpenAPI', 'openapi: 3.1.0\n', 'document-version', 1],
  ['a reference to a missing file', referring('./none.yaml'), 'reference-unresolved', 7],
  ['a reference to a folder', referring('.'), 'reference-unresolved', 7],
  ['a reference out of the folder', referring('../../../../etc/hostname'), 'reference-outside', 7],
  ['a reference to the network', referring('https://example.org/schema.yaml'), 'reference-url', 7],
  ['a reference to itself', referring('#/channels/feed/messages/item/payload'), 'reference-circular', 7],
  ['a document that refers to itself', "$ref: '#'\n", 'document-version', 1],
])(
  '%s is refused with its reason, and nothing is written',
  async (_title, content, code, line) => {
    const folder = temporaryFolder();
    const document = join(folder, 'asyncapi.yaml');
    const out = join(folder, 'out');
    writeFileSync(document, content);
    const { findings, changes } = await generate({ document, out, official: false });
    expect(changes).toBeUndefined();
    expect(
      findings.find((finding) => finding.code === code),
      JSON.stringify(findings),
    ).toMatchObject({ line, severity: 'error' });
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(folder)).toEqual(['asyncapi.yaml']);
  },
  bound,
);

test('a folder, and a file that is not there', async () => {
  const folder = temporaryFolder();
  for (const document of [folder, join(folder, 'none.yaml'), '/dev/null']) {
    const { findings } = await generate({ document, out: join(folder, 'out'), official: false });
    expect(findings.map(({ code }) => code)).toEqual(['document-missing']);
  }
});

test(
  'a file of three gigabytes is not read',
  async () => {
    const document = documentOf('asyncapi: 3.0.0\n');
    truncateSync(document, 3 * 1024 ** 3);
    const { findings } = await generate({ document, out: join(temporaryFolder(), 'out'), official: false });
    expect(findings.map(({ code }) => code)).toEqual(['document-too-large']);
  },
  bound,
);

test('what was generated before stays as it was', async () => {
  const folder = temporaryFolder();
  const document = join(folder, 'asyncapi.yaml');
  const out = join(folder, 'out');
  writeFileSync(document, kitchen);
  expect((await generate({ document, out, official: false })).changes?.missing.length).toBeGreaterThan(5);
  writeFileSync(document, kitchen.replace('jitter: 0.5', 'jitter: 5'));
  expect((await generate({ document, out, official: false })).changes).toBeUndefined();
  writeFileSync(document, kitchen);
  expect((await generate({ document, out, official: false })).changes).toMatchObject({
    missing: [],
    stale: [],
    surplus: [],
  });
});

test('the commands print no stack, whatever the file', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'folder.yaml'));
  writeFileSync(join(folder, 'bomb.yaml'), bomb(10, 9));
  writeFileSync(join(folder, 'binary.yaml'), noise);
  for (const [name, status] of [
    ['bomb.yaml', 1],
    ['binary.yaml', 1],
    ['folder.yaml', 1],
    ['none.yaml', 4],
  ] as const) {
    for (const command of [['lint'], ['generate', '--out', join(folder, 'out')]]) {
      const run = spawnSync(
        process.execPath,
        [join(checkout, 'bin/wirepact.js'), command[0] ?? '', join(folder, name), ...command.slice(1)],
        { encoding: 'utf8' },
      );
      expect(run.status, name + run.stderr).toBe(status);
      expect(run.stderr + run.stdout).not.toMatch(/^\s+at .*(?:\.[jt]s|node:)/m);
      expect(run.stderr.trim()).not.toBe('');
    }
  }
  expect(existsSync(join(folder, 'out'))).toBe(false);
}, 120_000);

let server: Server;
let origin: string;
let asked = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked += 1;
    if (request.url === '/schema.yaml') response.end('type: object\nproperties: { n: { $ref: "./deeper.yaml" } }\n');
    else if (request.url === '/deeper.yaml') response.end('type: integer\n');
    else response.writeHead(404).end('type: object\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => server.close());

test('a reference to a URL is read where that was asked for, and what it refers to', async () => {
  const options = { out: join(temporaryFolder(), 'out'), official: false, allowUrls: true };
  const { findings, contract } = await generate({
    ...options,
    document: documentOf(referring(`${origin}/schema.yaml`)),
  });
  expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
  expect(contract?.channels[0]?.serverMessages[0]?.schema.properties).toEqual({ n: { $ref: '#/definitions/Deeper' } });
});

test('nothing is read from a URL unless that was asked for', async () => {
  const before = asked;
  const options = { out: join(temporaryFolder(), 'out'), official: false };
  const { findings } = await generate({ ...options, document: documentOf(referring(`${origin}/schema.yaml`)) });
  expect(findings.map(({ code }) => code)).toContain('reference-url');
  expect(asked).toBe(before);
});

test('a URL that cannot be read is told', async () => {
  const options = { out: join(temporaryFolder(), 'out'), official: false, allowUrls: true };
  for (const url of [`${origin}/none.yaml`, 'http://127.0.0.1:1/schema.yaml']) {
    const { findings, changes } = await generate({ ...options, document: documentOf(referring(url)) });
    expect(changes).toBeUndefined();
    expect(findings.filter(({ severity }) => severity === 'error')).toMatchObject([
      { code: 'reference-unresolved', line: 7 },
    ]);
  }
});
