// One instance of each rule: what a run takes that has to touch everything and has not the time for all of it.
import type { PlannedRow } from './plan.ts';

const isMonitor = ({ one }: PlannedRow): boolean => one !== null && 'judge' in one;

/**
 * The same ones for the same contract, spread over its channels: each rule takes the channel that was taken least often so far,
 * an instance that is a MUST before one that is a SHOULD. Rules that only look at what the others saw keep all their instances.
 */
export function sampleOf<Row extends PlannedRow>(planned: readonly Row[]): readonly Row[] {
  const used = new Map<string, number>();
  const byRule = new Map<string, Row[]>();
  for (const row of planned) {
    if (row.one === null || isMonitor(row)) continue;
    byRule.set(row.rule.id, [...(byRule.get(row.rule.id) ?? []), row]);
  }
  const chosen = new Set<Row>();
  for (const rows of byRule.values()) {
    const must = rows.filter(({ one }) => one?.level === 'MUST');
    const candidates = must.length > 0 ? must : rows;
    const count = ({ channel }: Row): number => used.get(channel.name) ?? 0;
    const least = Math.min(...candidates.map(count));
    const row = candidates.find((one) => count(one) === least);
    if (row === undefined) continue;
    used.set(row.channel.name, least + 1);
    chosen.add(row);
  }
  return planned.filter((row) => chosen.has(row) || isMonitor(row));
}
