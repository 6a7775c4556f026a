// How the difference of two reports is printed: the worst first, one line a case.
import type { Change, ReportDiff } from '../conformance/report/diff.ts';
import { printable } from '../conformance/report/terminal-text.ts';
import { countOf, type Io, paint } from './io.ts';

export function diffLines(diff: ReportDiff, io: Io): readonly string[] {
  const section = (
    title: string,
    style: 'red' | 'green' | 'yellow' | 'dim',
    list: readonly Change[],
  ): readonly string[] =>
    list.length === 0 ? [] : [paint(io, style, `${title}: ${countOf(list.length, 'case')}`), ...list.map(line), ''];
  const lines = [
    ...section('Newly failing', 'red', diff.newlyFailing),
    ...section('Newly passing', 'green', diff.newlyPassing),
    ...section('Otherwise', 'yellow', diff.otherwise),
    ...section('Only in the new report', 'dim', diff.added),
    ...section('Only in the old report', 'dim', diff.removed),
  ];
  return lines.length === 0 ? ['No case ends otherwise.'] : lines.slice(0, -1);
}

function line({ instance, before, after, observed }: Change): string {
  const words = observed === '' || after === 'pass' || after === null ? '' : `: ${observed}`;
  return printable(`  ${instance}  ${before ?? 'absent'} → ${after ?? 'absent'}${words}`);
}
