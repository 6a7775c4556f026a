import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Row } from './bench.ts';
import { readFigures, writeFigures } from './figures.ts';
import { benchText, filled, shown } from './readme.ts';

const row = (name: string, change: Partial<Row> = {}): Row => ({
  ...{ name, measured: '1.0 s', peer: 'parser alone 0.8 s', ratio: 1.25, aim: '<= 1.50 x', met: true },
  ...change,
});

test('the README says what bench/figures.json says, and nothing where there is none', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(filled(readme, readFigures()), 'run: node --conditions=@wirepact/source --import tsx bench/readme.ts').toBe(
    readme,
  );
  expect(benchText({ benches: {} })).toBe('');
});

test('a row has its peers, their ratios, and whether it missed its aim', () => {
  const rows = [
    row('generate, cold'),
    row('client core, min + gzip', { measured: '4 B', peer: 'phoenix 8 B', ratio: 0.5 }),
    row('client core, min + gzip', { measured: '4 B', peer: 'socket.io 16 B', ratio: 0.25, met: false }),
    row('connections with heartbeats in one process', { peer: 'none', aim: '-' }),
    row('something that the README does not show'),
  ];
  const lines = benchText({ benches: { a: { node: 'v20.20.2', cores: 2, rows } } })
    .split('\n')
    .filter((line) => line.startsWith('| '));
  expect(lines.slice(2)).toEqual([
    '| connections with heartbeats in one process | 1.0 s |  |  |',
    '| client core, min + gzip | 4 B | phoenix 8 B: 0.50 x<br>socket.io 16 B: 0.25 x | <= 1.50 x (missed) |',
    '| generate, cold | 1.0 s | parser alone 0.8 s: 1.25 x | <= 1.50 x |',
  ]);
});

test('what is not run again stays as it was measured', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wirepact-figures-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'figures.json');
  writeFigures({ one: [row('a')], two: [row('b', { ratio: Number.NaN })] }, path);
  writeFigures({ one: [row('c')] }, path);
  const { benches } = readFigures(path);
  expect(Object.entries(benches).map(([name, { rows }]) => [name, rows.map((one) => one.name)])).toEqual([
    ['one', ['c']],
    ['two', ['b']],
  ]);
  expect(() =>
    benchText({
      benches: { two: { ...benches.two!, rows: benches.two!.rows.map((one) => ({ ...one, name: shown[0] })) } },
    }),
  ).not.toThrow();
});
