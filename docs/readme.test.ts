// The README, line by line: what it tells a reader to run is run, and what it shows is what comes out. What needs the network
// (`npm install`) is held against the package; `docs/commands.test.ts` has the options of all commands.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { startingDocument } from '../cli/init/starting-document.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly name: string;
  readonly engines: { readonly node: string };
  readonly scripts: { readonly [name: string]: string };
  readonly exports: { readonly [entry: string]: unknown };
  readonly peerDependencies: { readonly [name: string]: string };
};
const patienceMs = 240_000;

/** Fenced code in its order, by the words with which it is found here. */
const blocks = [...readme.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', code = '']) => ({
  language,
  code,
}));
const known = {
  checkout: 'npm ci && npm run conformance',
  project: 'npm install wirepact',
  report: '✗ heartbeat/',
  contract: 'x-ws-auth:',
  lint: '$ npx wirepact lint',
  server: 'bindArena(',
  refused: '// does not compile',
  target: '# target.yaml',
  verdict: 'npx wirepact test server --target target.yaml\n',
  client: "import { arenaClient } from './generated",
  react: "from 'wirepact/react'",
  pair: 'npx wirepact test pair',
  folders: 'asyncapi.yaml        the contract',
} as const;

function block(name: keyof typeof known): string {
  const found = blocks.filter(({ code }) => (name === 'verdict' ? code === known.verdict : code.includes(known[name])));
  expect(found, `one block of the README with ${known[name]}`).toHaveLength(1);
  return found[0]!.code;
}

/** A folder with the package in it, as npm would have installed it. */
function project(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wirepact-readme-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/wirepact'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The words of a command line, `npx wirepact` as this checkout's command. */
function argumentsOf(line: string): string[] {
  const words = [...line.replace(/\s+#.*$/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
  expect(words.slice(0, 2), line).toEqual(['npx', 'wirepact']);
  return [join(root, 'bin/wirepact.js'), ...words.slice(2)];
}

const env = { ...process.env, NO_COLOR: '1' };

function run(
  cwd: string,
  line: string,
  ...more: readonly string[]
): { readonly code: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...argumentsOf(line), ...more], {
    cwd,
    env,
    encoding: 'utf8',
  });
  return { code: status, text: `${stdout}${stderr}` };
}

const servers: ChildProcess[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.kill('SIGKILL');
});

/** Starts what serves until it is ended; what it printed once it listens. */
async function serve(
  cwd: string,
  line: string,
  ...more: readonly string[]
): Promise<{ readonly text: string; stop(): Promise<number | null> }> {
  const server = spawn(process.execPath, [...argumentsOf(line), ...more], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  servers.push(server);
  const ended = new Promise<number | null>((resolve) => server.on('exit', resolve));
  let text = '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [server.stdout, server.stderr])
      stream.on('data', (data: Buffer) => {
        text += String(data);
        if (/token=|console at/.test(text)) resolve();
      });
    ended.then(() => reject(new Error(text)));
  });
  return {
    text,
    stop: () => {
      server.kill('SIGTERM');
      return ended;
    },
  };
}

test('each block of code is one that a test knows', () => {
  const unknown = blocks.filter(({ code }) => Object.values(known).every((part) => !code.includes(part)));
  expect(unknown.map(({ code }) => code)).toEqual([]);
  expect(blocks).toHaveLength(Object.keys(known).length);
});

describe('the commands', () => {
  test('of a checkout are those that CI runs', () => {
    const lines = block('checkout')
      .split('\n')
      .map((line) => line.replace(/\s+#.*$/, ''));
    expect(lines).toEqual(['npm ci && npm run conformance', 'npm test', '']);
    expect(manifest.scripts.conformance).toBe('node bin/wirepact.js conformance');
    const gate = readFileSync(join(root, '.ci/run'), 'utf8');
    for (const command of ['npm ci', 'npm run --silent conformance', 'npm test']) expect(gate).toContain(` ${command}`);
    expect(readme).toContain(`Node ${manifest.engines.node.replace('>=', '')} or newer`);
  });

  test('of a project work one after the other, in an empty folder', { timeout: patienceMs }, async () => {
    const [install, ...lines] = block('project').trim().split('\n');
    expect(install).toBe(`npm install ${manifest.name}`);
    const folder = project();
    for (const line of lines) {
      if (line.includes('wirepact serve')) {
        const server = await serve(folder, line, '--port', '0');
        expect(server.text).toMatch(/^listening on ws:/m);
        expect(await server.stop()).toBe(0);
        continue;
      }
      // Of the verdict a part: all of it is the work of npm run conformance.
      const isVerdict = line.includes('wirepact test');
      const { code, text } = run(folder, line, ...(isVerdict ? ['--rule', 'delivery/*', '--rule', 'handshake/*'] : []));
      expect(text).not.toMatch(/broken/);
      expect(isVerdict ? [0, 3] : [0], text).toContain(code);
    }
    expect(readdirSync(folder)).toEqual(
      expect.arrayContaining(['asyncapi.yaml', 'target.yaml', 'generated', 'reports']),
    );
    // A report is compared with another, and with itself nothing newly fails.
    expect(run(folder, 'npx wirepact report diff reports reports').code).toBe(0);
  });

  test('of the contract print what is shown', { timeout: patienceMs }, () => {
    const [line = '', shown] = block('lint').trim().split('\n');
    expect(run(root, line.replace('$ ', '')).text.trim()).toBe(shown);
    const rule = /`(npx wirepact explain \S+)`/.exec(readme)?.[1] ?? '';
    expect(run(root, rule)).toMatchObject({ code: 0, text: expect.stringContaining(rule.split(' ').at(-1) ?? '') });
  });

  test('of a change end with 1 where something breaks, and with 0 where nothing does', () => {
    const line = /`(npx wirepact diff \S+ \S+)`/.exec(readme)?.[1] ?? '';
    const folder = project();
    const contract = startingDocument('Room');
    writeFileSync(join(folder, 'main.yaml'), contract);
    writeFileSync(join(folder, 'asyncapi.yaml'), contract);
    expect(run(folder, line).code).toBe(0);
    writeFileSync(join(folder, 'asyncapi.yaml'), contract.replace('address: /rooms/', 'address: /halls/'));
    expect(run(folder, line).code).toBe(1);
  });

  test('that install something name what the package can use', () => {
    const names = [...readme.matchAll(/`npm install ([^`]+)`/g)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(1);
    for (const name of names) expect(Object.keys(manifest.peerDependencies)).toContain(name);
    const soak = /npm run soak \[([^\]]+)\]/.exec(readme)?.[1]?.split('|') ?? [];
    const soaks = readdirSync(join(root, 'soak')).filter((file) => file.endsWith('.soak.ts'));
    const held = soaks.map((file) => /\bname: '(\w+)'/.exec(readFileSync(join(root, 'soak', file), 'utf8'))?.[1]);
    expect(soak).toEqual(held.sort());
  });
});

test('the target file and the verdict: on a server with that key, those users and that hook', {
  timeout: patienceMs,
}, async () => {
  const folder = project();
  copyFileSync(join(root, 'asyncapi.yaml'), join(folder, 'asyncapi.yaml'));
  const flags = ['--port', '0', '--control', '0', '--secret', 'change-me', '--time-scale', '0.05'];
  const server = await serve(folder, 'npx wirepact serve', ...flags);
  const url = /listening on (ws:\S+)/.exec(server.text)?.[1] ?? '';
  const control = /control at (\S+)/.exec(server.text)?.[1] ?? '';
  const target = block('target').replace('ws://127.0.0.1:8000', url).replace('http://127.0.0.1:8000/control', control);
  writeFileSync(join(folder, 'target.yaml'), target);
  const rules = ['heartbeat/pong-not-broadcast', 'delivery/published', 'auth/unknown-user*'].flatMap((rule) => [
    '--rule',
    rule,
  ]);
  const { code, text } = run(folder, block('verdict').trim(), '--time-scale', '0.05', ...rules);
  expect(code, text).toBe(0);
  const { cases } = JSON.parse(readFileSync(join(folder, 'reports/report.json'), 'utf8')) as {
    readonly cases: readonly { readonly verdict: string; readonly rule: string }[];
  };
  const passed = new Set(cases.filter(({ verdict }) => verdict === 'pass').map(({ rule }) => rule));
  expect([...passed]).toEqual(expect.arrayContaining(['heartbeat/pong-not-broadcast', 'delivery/published']));
  for (const file of ['report.json', 'junit.xml']) expect(existsSync(join(folder, 'reports', file)), file).toBe(true);
  expect(await server.stop()).toBe(0);
});

test('a real client and a real server, with a proxy between them', { timeout: patienceMs }, async () => {
  const folder = project();
  copyFileSync(join(root, 'asyncapi.yaml'), join(folder, 'asyncapi.yaml'));
  const adapter = [
    ...['--conditions=@wirepact/source', '--import', import.meta.resolve('tsx')],
    join(root, 'examples/adapters/node/adapter.ts'),
  ];
  const line = block('pair')
    .trim()
    .replace('target.yaml', join(root, 'reference-server/target.yaml'))
    .replace('adapter.js', adapter.join(' '));
  const { code, text } = run(folder, line);
  // Of one schedule alone, not every rule can be said.
  expect([0, 3], text).toContain(code);
  expect(text).toMatch(/\b1 schedules\b/);
  expect(text).not.toMatch(/broken/);
});

describe('the code', () => {
  /** What the compiler finds in it, in a folder of this checkout. */
  function compile(files: { readonly [name: string]: string }): string {
    const folder = mkdtempSync(join(root, '.readme-'));
    try {
      for (const [name, code] of Object.entries(files))
        writeFileSync(join(folder, name), code.replaceAll("'./generated/", "'../generated/"));
      const compilerOptions = { noEmit: true, jsx: 'react-jsx' };
      const config = { extends: '../tsconfig.json', include: [], files: Object.keys(files), compilerOptions };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
      const tsc = join(root, 'node_modules/typescript/bin/tsc');
      const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { cwd: root, encoding: 'utf8' });
      return stdout
        .split('\n')
        .filter((line) => line.includes(basename(folder)) || line.startsWith('error'))
        .join('\n');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  const handler = (statement: string) =>
    block('server')
      .replace(/await room\.send\(.*/, statement)
      .replace('{ text }, { room, user }', '_message, { room }');
  const component = (code: string) => `import { arenaClient } from './generated/channels/arena/client.ts';
declare const roomId: string;
declare const token: () => Promise<string>;
${code.replace(/^(import .*\n)\n?/, '$1export function Room() {\n')}return <p>{state}{retryAt}{calls.length}</p>;
}
`;

  test('of a server compiles, and what is said not to compile does not', { timeout: patienceMs }, () => {
    const refused = block('refused');
    const files = {
      'server.ts': block('server'),
      'room.tsx': component(block('react')),
      'sends.ts': handler(refused.replace("{ type: 'PONG' }", "{ type: 'CHAT', senderId: '1', text: '' }")),
    };
    expect(compile(files)).toBe('');
    const found = compile({
      'refused.ts': handler(refused),
      'typed.tsx': component(block('react').replace("'CHAT'", "'CHATS'")),
    });
    expect(found).toContain('refused.ts');
    expect(found).toContain('typed.tsx');
  });

  test('of the contract has no mistake in a whole document', { timeout: patienceMs }, () => {
    const folder = project();
    const shown = block('contract').trimEnd();
    const [auth = '', codes = ''] = shown.split(/^(?=x-ws-close-codes:)/m);
    const indented = (text: string) => text.trimEnd().replaceAll(/^/gm, '    ');
    const own = [...codes.matchAll(/code: (\d+)/g)].map(([, code]) => code);
    const document = startingDocument('Room')
      .replace(
        /^ {4}x-ws-auth:\n(?: {6}.*\n)+/m,
        () => `${indented(auth)}\n      ready: [{ on: message, message: welcome }]\n`,
      )
      .replace(/^ {4}x-ws-close-codes:\n((?: {6}.*\n)+)/m, (_all, rows: string) => {
        const others = rows.split('\n').filter((row) => !own.some((code) => row.includes(`code: ${code},`)));
        return `${indented(codes)}\n${others.join('\n')}`;
      });
    expect(document).toContain('name: room-forbidden');
    writeFileSync(join(folder, 'asyncapi.yaml'), document);
    expect(run(folder, 'npx wirepact lint')).toMatchObject({ code: 0, text: expect.stringMatching(/^ok /m) });
  });
});

test('whatever is imported, and every place that is named, is there', () => {
  const entries = [...readme.matchAll(/^\| (`wirepact\/[^|]+) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name.replace('...', 'wirepact/channels/NAME')),
  );
  expect(entries.length).toBeGreaterThan(8);
  for (const entry of entries)
    expect(Object.keys(manifest.exports)).toContain(entry.replace('wirepact', '.').replace('NAME', '*'));
  const folders = block('folders')
    .split('\n')
    .flatMap((line) => /^(\S+) /.exec(line)?.[1] ?? []);
  const rows = [...readme.matchAll(/^\| [\w ,-]+ \| (`vocabulary\/.*) \|$/gm)].flatMap(([, cells = '']) =>
    [...cells.matchAll(/`([^`]+)`/g)].flatMap(([, path = '']) => expanded(path)),
  );
  expect(rows.length).toBeGreaterThan(30);
  // `outbox.ts` stands for a neighbour of the path before it.
  const paths = [...folders, ...rows.filter((path) => path.includes('/'))];
  expect(paths.filter((path) => !isThere(path))).toEqual([]);
});

/** `runtime/{server,client}/heartbeat.ts` as two paths. */
function expanded(path: string): string[] {
  const [, before = '', among, after = ''] = /^([^{]*)\{([^}]*)\}(.*)$/.exec(path) ?? [];
  return among === undefined ? [path] : among.split(',').map((one) => `${before}${one}${after}`);
}

function isThere(path: string): boolean {
  if (!path.includes('*')) return existsSync(join(root, path));
  const [folder = '', name = ''] = path.split(/\/(?=[^/]*$)/);
  return readdirSync(join(root, folder)).some((file) => file.startsWith(name.replace('*', '')));
}
