// The figures of the benchmarks as the README shows them, filled in between two marks: a choice of rows, those that miss
// their aim among them.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Row } from './bench.ts';
import { type Figures, readFigures } from './figures.ts';
import { root } from './measure.ts';

const readmePath = join(root, 'README.md');
const marks = ['<!-- bench -->', '<!-- /bench -->'] as const;

/** Names of rows, in the order of the table. */
export const shown = [
  'burst 500 x 400, deliveries a second of CPU',
  'one message at a time to 500, CPU a message',
  'one message at a time to 500, median',
  'memory a connection, connected, heap',
  'connections with heartbeats in one process',
  'client core, min + gzip',
  'inbound messages a second, of a socket',
  'the same without what the socket takes',
  'attempts a minute, flapping server',
  'herd of 1,000 after 1012, in 100 ms',
  'generate, cold',
  'generate --check, current',
  'generate --watch, warm',
  'server suite, time scale 0.05',
] as const;

/** A section with its heading; empty where none of the rows was measured. */
export function benchText({ benches }: Figures): string {
  const rows = Object.values(benches).flatMap((bench) => bench.rows);
  const lines = shown.flatMap((name) => {
    const of = rows.filter((row) => row.name === name);
    const [first] = of;
    return first === undefined
      ? []
      : [`| ${name} | ${first.measured} | ${of.map(beside).join('<br>')} | ${aimOf(of)} |`];
  });
  if (lines.length === 0) return '';
  const nodes = [
    ...new Set(Object.values(benches).map(({ node, cores }) => `Node ${node.replace('v', '')}, ${cores} cores`)),
  ];
  return [
    '',
    '## How fast it is',
    '',
    `Each figure beside that of a peer in the same run of \`npm run bench\` (${nodes.join('; ')}). All rows: [\`bench/figures.json\`](bench/figures.json).`,
    '',
    '| what | Wirepact | beside it, and the ratio | aim |',
    '| --- | --- | --- | --- |',
    ...lines,
    '',
  ].join('\n');
}

const beside = ({ peer, ratio }: Row): string =>
  peer === 'none' ? '' : `${peer}${Number.isFinite(ratio) && ratio !== null ? `: ${ratio.toFixed(2)} x` : ''}`;

const aimOf = (rows: readonly Row[]): string => {
  const aims = rows.filter(({ aim }) => aim !== '-');
  const [first] = aims;
  return first === undefined ? '' : `${first.aim}${aims.every(({ met }) => met) ? '' : ' (missed)'}`;
};

/** The README with the block filled in. Throws where the marks are missing. */
export function filled(readme: string, figures: Figures): string {
  const [start, end] = [readme.indexOf(marks[0]), readme.indexOf(marks[1])];
  if (start < 0 || end < start) throw new Error(`README.md has no ${marks.join(' ... ')} to fill in. Add both marks.`);
  return `${readme.slice(0, start + marks[0].length)}\n${benchText(figures)}${readme.slice(end)}`;
}

export function fillReadme(): void {
  writeFileSync(readmePath, filled(readFileSync(readmePath, 'utf8'), readFigures()));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) fillReadme();
