// Escapes for the languages that reports are written in. Everything from the wire passes here: a server under test writes no markup.

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For HTML text and quoted attributes; bidirectional marks and controls are written out, so that they reorder nothing. */
export function escapeHtml(text: string): string {
  return spellControls(text).replace(/[&<>"']/g, (found) => entities[found]!);
}

/** For XML 1.0 text and quoted attributes; what XML cannot hold is written out. */
export function escapeXml(text: string): string {
  return spellControls(text).replace(/[&<>"']/g, (found) => entities[found]!);
}

/** For Markdown in one line or one cell of a table: no markup, no link, no mention, no row of its own. */
export function escapeMarkdown(text: string): string {
  const oneLine = spellControls(text).replace(/\s+/g, ' ');
  return oneLine
    .replace(/[\\`*_{}[\]<>#|~!&]/g, (found) => (found === '<' ? '&lt;' : found === '&' ? '&amp;' : `\\${found}`))
    .replaceAll('@', '@\u200b');
}

/** As code in one line; backticks inside are kept by a longer fence. */
export function markdownCode(text: string): string {
  const oneLine = spellControls(text).replace(/\s+/g, ' ');
  const longest = Math.max(0, ...[...oneLine.matchAll(/`+/g)].map((found) => found[0].length));
  const fence = '`'.repeat(longest + 1);
  const pad = oneLine.startsWith('`') || oneLine.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${oneLine}${pad}${fence}`;
}

/** A fenced block whose fence is longer than any in the text. */
export function markdownBlock(lines: readonly string[]): readonly string[] {
  const longest = Math.max(2, ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map((found) => found[0].length)));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}text`, ...lines, fence];
}

const controls = /(?![\t\n\r])\p{Cc}|[\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\p{Cs}]/gu;

function spellControls(text: string): string {
  return text.replace(controls, (found) => `\\u{${found.codePointAt(0)!.toString(16)}}`);
}
