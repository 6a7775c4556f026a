// What `npm run bench` measured last, benchmark by benchmark: the committed file that the README's table is filled from.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Row } from './bench.ts';
import { root } from './measure.ts';

export interface Figures {
  /** By the name of the benchmark; those that were not run again stay as they were. */
  readonly benches: { readonly [name: string]: Measured };
}

export interface Measured {
  /** Version of Node. */
  readonly node: string;
  readonly cores: number;
  readonly rows: readonly Row[];
}

export const figuresPath = join(root, 'bench/figures.json');

/** Nothing where nothing was measured yet. */
export function readFigures(path: string = figuresPath): Figures {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Figures) : { benches: {} };
}

/** Adds what was measured in this run. A ratio that is no number is written as null, and read as what it is not. */
export function writeFigures(rows: { readonly [name: string]: readonly Row[] }, path: string = figuresPath): Figures {
  const measured = Object.entries(rows).map(([name, of]): [string, Measured] => [
    name,
    { node: process.version, cores: cpus().length, rows: of },
  ]);
  const figures = { benches: { ...readFigures(path).benches, ...Object.fromEntries(measured) } };
  writeFileSync(path, `${JSON.stringify(figures, null, 2)}\n`);
  return figures;
}
