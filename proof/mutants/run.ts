// Draws mutants by a seed and puts each before the suite, so many at a time.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parse } from 'yaml';
import type { MutantRow } from '../figures.ts';
import { root } from '../stand.ts';
import { type Mutant, mutantsOf } from './mutate.ts';
import type { Verdict } from './trial.ts';

interface Source {
  readonly role: 'server' | 'client';
  /** Where, from the root; what of it is not mutated. */
  readonly files: readonly string[];
  /** Of all mutants. */
  readonly share: number;
}

const filesIn = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.ts') && !/\.test\.ts$|\/fixtures\/|\/index\.ts$/.test(file))
    .sort();

/** What does not belong to the server that the suite is given: other engines, the door for tests, types. */
const elsewhere = /\/(control|control-order|log|facade|seam|table|core|freeze)\.ts$|engine-(sqlite|redis)/;

/** What an operator asks for and the bundled server does not have on: bounds of its own, and paths over plain HTTP. No client
 * of the contract meets it. */
const notOn = /\/(crowd|rate-book|operations)\.ts$/;

/** Who the users are, how the programs are started, and what is told over plain HTTP: no handler of a channel. */
const aside = /\/(fixtures|tokens|serve-on|room-info)\.ts$/;

const sources = (): readonly Source[] => [
  {
    role: 'server',
    files: filesIn('runtime/server').filter((file) => !elsewhere.test(file) && !notOn.test(file)),
    share: 0.5,
  },
  { role: 'client', files: filesIn('runtime/client'), share: 0.3 },
  { role: 'server', files: filesIn('reference-server').filter((file) => !aside.test(file)), share: 0.2 },
];

export interface Drawn extends Mutant {
  readonly role: 'server' | 'client';
}

/** What decides whether a mutant is drawn: of itself alone, so that a change elsewhere draws no others. */
const lotOf = ({ key }: Mutant, seed: number): string => createHash('sha256').update(`${seed} ${key}`).digest('hex');

/** The same ones for the same seed and sources. */
export function drawMutants(count: number, seed: number): readonly Drawn[] {
  return sources().flatMap(({ role, files, share }) => {
    const all = files
      .flatMap((file) => mutantsOf(file, readFileSync(join(root, file), 'utf8')))
      .map((mutant) => ({ mutant, lot: lotOf(mutant, seed) }))
      .sort((left, right) => (left.lot < right.lot ? -1 : 1));
    return all
      .map(({ mutant }) => mutant)
      .slice(0, Math.round(count * share))
      .map((mutant) => ({ ...mutant, role }));
  });
}

/** By key, with the reason why nobody can tell them from the original. */
export function equivalents(): ReadonlyMap<string, string> {
  const rows = parse(readFileSync(join(root, 'proof', 'equivalents.yaml'), 'utf8')) as
    | readonly { readonly mutant: string; readonly reason: string }[]
    | null;
  return new Map((rows ?? []).map(({ mutant, reason }) => [mutant, reason]));
}

/** A suite that gets no answer any more is a server that does not live. */
const limitMs = 240_000;

async function trial(mutant: Drawn, folder: string): Promise<Verdict> {
  const path = join(folder, `${mutant.key.replaceAll(/[^\w]/g, '-')}.json`);
  writeFileSync(path, JSON.stringify({ file: join(root, mutant.file), code: mutant.code }));
  const handler = /^reference-server\/(\w+)\.ts$/.exec(mutant.file)?.[1];
  const child = spawn(
    process.execPath,
    [
      '--conditions=@wirepact/source',
      '--import',
      'tsx',
      '--import',
      join(root, 'proof', 'mutants', 'register.mjs'),
      join(root, 'proof', 'mutants', 'trial.ts'),
      mutant.role,
      handler ?? '',
    ],
    { cwd: root, env: { ...process.env, MUTANT: path }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let verdict: Verdict | null = null;
  let errors = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{"status"')) verdict = JSON.parse(line) as Verdict;
  });
  child.stderr.on('data', (data: Buffer) => {
    errors = `${errors}${data}`.slice(-2000);
  });
  const kill = (): void => void child.kill('SIGKILL');
  const timer = setTimeout(kill, limitMs);
  process.once('exit', kill);
  const signal = await new Promise<string | null>((resolve) => child.on('close', (_code, name) => resolve(name)));
  clearTimeout(timer);
  process.off('exit', kill);
  rmSync(path, { force: true });
  if (verdict !== null) return verdict;
  if (signal !== null) return { status: 'killed', by: 'it never came to an end' };
  return { status: 'broken', by: errors.split('\n').find((line) => line.includes('Error')) ?? 'it did not start' };
}

export interface MutantOptions {
  readonly count: number;
  readonly seed: number;
  /** Processes side by side. */
  readonly jobs: number;
  /** Keys that are decided already. */
  readonly known: ReadonlyMap<string, MutantRow>;
  onRow(row: MutantRow, done: number, total: number): void;
}

export async function runMutants({ count, seed, jobs, known, onRow }: MutantOptions): Promise<readonly MutantRow[]> {
  const drawn = drawMutants(count, seed);
  const same = equivalents();
  const folder = mkdtempSync(join(tmpdir(), 'mutants-'));
  const rows: MutantRow[] = [];
  const queue = [...drawn];
  const worker = async (): Promise<void> => {
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const { key, file, line, operator, change } = mutant;
      const reason = same.get(key);
      const before = known.get(key);
      const row: MutantRow =
        reason !== undefined
          ? { key, file, line, operator, change, status: 'equivalent', by: reason }
          : (before ?? { key, file, line, operator, change, ...(await trial(mutant, folder)) });
      rows.push(row);
      onRow(row, rows.length, drawn.length);
    }
  };
  try {
    await Promise.all(Array.from({ length: jobs }, worker));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}
