// The changes between two contracts as Markdown: for a pull request, or a release's notes.
import type { Change } from './change.ts';

export interface Compared {
  readonly before: string;
  readonly after: string;
}

export function diffMarkdown(changes: readonly Change[], { before, after }: Compared): string {
  const breaking = changes.filter(({ breaks }) => breaks.length > 0);
  const harmless = changes.filter(({ breaks }) => breaks.length === 0);
  const counts = `${breaking.length} breaking, ${harmless.length} other`;
  return [
    `### Contract: ${counts}`,
    '',
    `From \`${before}\` to \`${after}\`.`,
    ...section('Breaking', breaking, true),
    ...section('Not breaking', harmless, false),
    '',
  ].join('\n');
}

function section(title: string, changes: readonly Change[], tellsWhom: boolean): readonly string[] {
  if (changes.length === 0) return [];
  const head = ['Where', 'What', ...(tellsWhom ? ['Breaks'] : []), 'Change'];
  const rows = changes.map((change) => [
    cell(whereOf(change)),
    cell(change.sentence),
    ...(tellsWhom ? [whom(change)] : []),
    `\`${change.id}\``,
  ]);
  const lines = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  return ['', `#### ${title}`, '', ...lines];
}

/** `orders fill`: the channel, and the message where it is about one. */
export function whereOf({ channel, message }: Change): string {
  return [channel, message].filter((part) => part !== null).join(' ');
}

export function whom({ breaks }: Change): string {
  return breaks.map((side) => `${side}s`).join(' and ');
}

/** A document's own words may hold what Markdown or HTML reads as its own. */
function cell(text: string): string {
  return text.replace(/[\\|`*_<>[\]]/g, (mark) => `\\${mark}`).replace(/\s+/g, ' ');
}
