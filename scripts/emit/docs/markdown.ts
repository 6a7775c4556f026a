// Renders the part of Markdown that descriptions use: paragraphs, headings, lists, tables, fenced code, and in a line code,
// strong, emphasis and links. All else is text.
import { type Content, Html, html, table } from './html.ts';

/** @param depth how far headings of the text stand below those of the page. */
export function markdown(text: string | undefined, depth = 2): Html | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  return html`${blocksOf(text).map((block) => blockOf(block, depth))}`;
}

/** Runs of lines between empty ones; a fence keeps its empty lines. */
function blocksOf(text: string): string[] {
  const blocks: string[][] = [[]];
  let isFenced = false;
  for (const line of text.replace(/\r\n?/g, '\n').split('\n')) {
    if (line.startsWith('```')) {
      if (!isFenced) blocks.push([]);
      isFenced = !isFenced;
      blocks.at(-1)?.push(line);
      if (!isFenced) blocks.push([]);
    } else if (line.trim() === '' && !isFenced) blocks.push([]);
    else blocks.at(-1)?.push(line);
  }
  return blocks.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
}

function blockOf(block: string, depth: number): Html {
  const lines = block.split('\n');
  const first = lines[0] ?? '';
  const heading = /^(#{1,6}) +(.*)$/.exec(first);
  if (heading !== null) {
    const level = Math.min(6, (heading[1]?.length ?? 1) + depth);
    const rest = lines.slice(1).join('\n');
    const title = inline(heading[2] ?? '');
    return html`${new Html(`<h${level}>`)}${title}${new Html(`</h${level}>`)}${rest === '' ? '' : blockOf(rest, depth)}\n`;
  }
  if (/^```/.test(first))
    return html`<pre>${lines
      .slice(1)
      .join('\n')
      .replace(/\n?```\s*$/, '')}</pre>\n`;
  if (lines.length > 2 && /^\s*\|/.test(first) && /^[\s|:-]+$/.test(lines[1] ?? '')) {
    return html`${table(
      cells(first),
      lines.slice(2).map((line) => cells(line).map(inline)),
    )}\n`;
  }
  const start = lines.findIndex((line) => /^\s*(?:[-*]|\d+\.) /.test(line));
  if (start < 0) return html`<p>${inline(block)}</p>\n`;
  const before = lines.slice(0, start).join('\n');
  const items = lines
    .slice(start)
    .join('\n')
    .split(/\n(?=\s*(?:[-*]|\d+\.) )/);
  const entries = items.map((item) => html`<li>${inline(item.replace(/^\s*(?:[-*]|\d+\.) /, ''))}</li>`);
  return html`${before === '' ? '' : html`<p>${inline(before)}</p>`}<ul>${entries}</ul>\n`;
}

function cells(line: string): string[] {
  return line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim());
}

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(((?:https?:\/\/|#)[^\s)]+)\)/g;

/** A line of Markdown; a link leads to the web or to a place on the page, nowhere else. */
export function inline(text: string): Content {
  const parts: Content[] = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    parts.push(text.slice(at, match.index));
    const [whole, fixed, strong, emphasis, label, target] = match;
    if (fixed !== undefined) parts.push(html`<code>${fixed}</code>`);
    else if (strong !== undefined) parts.push(html`<strong>${strong}</strong>`);
    else if (emphasis !== undefined) parts.push(html`<em>${emphasis}</em>`);
    else parts.push(html`<a href="${target}">${label}</a>`);
    at = match.index + whole.length;
  }
  return [...parts, text.slice(at)];
}
