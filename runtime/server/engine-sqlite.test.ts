import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { loadPackage } from './engine-package.ts';
import { sqliteEngine } from './engine-sqlite.ts';
import { describeEngine } from './fixtures/engine-contract.ts';
import { FakeClock } from './fixtures/fake-clock.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirepact-sqlite-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = (): string => join(folder, `${++files}.db`);

describeEngine('in a SQLite file', (clock) => sqliteEngine({ file: newFile(), clock }));

const publication = { channel: 'c', type: 't', room: 'r', except: null, cause: null };
const entry = { stream: 's', topic: 's', publication, text: ['', ''] as const, timestamp: 1, keep: 100 };

it('goes on after a restart: numbers, history, values and answers', async () => {
  const file = newFile();
  const clock = new FakeClock();
  const first = await sqliteEngine({ file, clock });
  await first.append(entry);
  await first.append(entry);
  await first.save('k', 'v');
  const claim = await first.claim('c', 'f', 1000);
  if (!claim.repeated) await claim.settle('answer');
  await first.claim('never settled', 'f', 1000);
  await first.close();
  const second = await sqliteEngine({ file, clock });
  expect(await second.append(entry)).toBe(3);
  expect((await second.history('s', { after: 0 }, 100)).entries.map(({ text }) => text)).toEqual(['1', '2', '3']);
  expect(await second.load('k')).toBe('v');
  expect(await second.claim('c', 'g', 1000)).toEqual({ repeated: true, fingerprint: 'f', answer: 'answer' });
  expect((await second.claim('never settled', 'g', 1000)).repeated).toBe(false);
  clock.advance(1000);
  expect((await second.claim('c', 'g', 1000)).repeated).toBe(false);
  await second.close();
});

it('deletes what is not kept any more', async () => {
  const engine = await sqliteEngine({ file: newFile(), clock: new FakeClock() });
  await Promise.all(Array.from({ length: 300 }, () => engine.append({ ...entry, keep: 10 })));
  const { entries, oldest } = await engine.history('s', { after: 0 }, 1000);
  // Deleted every 128 entries.
  expect([oldest, entries.length]).toEqual([247, 54]);
  expect((await engine.history('s', { after: 0 }, 10)).oldest).toBe(291);
  await engine.close();
});

it('has on disk whatever it gave a number, when it is killed', async () => {
  const file = newFile();
  const script = fileURLToPath(new URL('fixtures/append-until-killed.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (data) => {
    out += String(data);
    if (out.length > 1000) child.kill('SIGKILL');
  });
  const signal = await new Promise((resolve) => child.on('close', (_code, by) => resolve(by)));
  expect(signal).toBe('SIGKILL');
  const given = out.split('\n').slice(0, -1).map(Number);
  const engine = await sqliteEngine({ file, clock: new FakeClock() });
  const { entries, head } = await engine.history('s', { after: 0 }, 1_000_000);
  expect(entries.map(({ sequence }) => sequence)).toEqual(Array.from({ length: head }, (_, index) => index + 1));
  expect(head).toBeGreaterThanOrEqual(Math.max(...given));
  expect(await engine.append(entry)).toBe(head + 1);
  await engine.close();
});

it('rejects what the disk has no room for, tells nobody, and goes on when there is room', async () => {
  const engine = await sqliteEngine({ file: newFile(), clock: new FakeClock(), maxBytes: 200_000 });
  const got: string[] = [];
  await engine.subscribe('s', ({ text }) => got.push(text));
  const large = { ...entry, text: ['x'.repeat(150_000)] as const };
  await engine.append({ ...entry, stream: 'other', topic: null, text: large.text });
  const [lost, kept] = await Promise.allSettled([engine.append(large), engine.append(entry)]);
  expect([lost.status, kept]).toEqual(['rejected', { status: 'fulfilled', value: 1 }]);
  expect(got).toEqual(['1']);
  await engine.drop('other');
  expect(await engine.append(large)).toBe(2);
  expect(got).toHaveLength(2);
  await engine.close();
  await expect(engine.append(entry)).rejects.toThrow('The engine is closed.');
});

it('says in a sentence why a file cannot be used', async () => {
  const file = newFile();
  const first = await sqliteEngine({ file, clock: new FakeClock() });
  const second = sqliteEngine({ file, clock: new FakeClock() });
  await expect(second).rejects.toThrow(`${file} is in use by another process. One server writes to it;`);
  await first.close();
  const path = join(folder, 'a-folder');
  mkdirSync(path);
  await expect(sqliteEngine({ file: path, clock: new FakeClock() })).rejects.toThrow(`${path} cannot be opened`);
});

it('says what to install where the package is missing', async () => {
  const name = 'wirepact-no-such-package';
  await expect(loadPackage('SQLite', name, () => import(name))).rejects.toThrow(
    `The SQLite engine needs the package ${name}. Install it: npm install ${name}`,
  );
});
