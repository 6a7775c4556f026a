// The rows of all benchmarks as one table.
import type { Row } from './bench.ts';

export function printTable(rows: readonly Row[]): string {
  const cells = [
    ['benchmark', 'measured', 'peer', 'ratio', 'aim', ''],
    ...rows.map((row) => [
      row.name,
      row.measured,
      row.peer,
      Number.isFinite(row.ratio) ? row.ratio.toFixed(2) : '-',
      row.aim,
      row.met ? 'met' : 'missed',
    ]),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
