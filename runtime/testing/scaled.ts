// A table whose durations are shortened, so that a test on a real clock need not wait.
import type { ClientTable } from '../client/index.ts';

/** Every member that ends in `Ms` times `scale`; counts, codes and ratios stay. */
export function scaled(table: ClientTable, scale: number): ClientTable {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        name,
        typeof member === 'number' && name.endsWith('Ms') ? member * scale : visit(member),
      ]),
    );
  };
  return visit(table) as ClientTable;
}
