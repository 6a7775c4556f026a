// A case as a sequence diagram in SVG: the target's line at the left, one line a connection, time downwards, a row a frame.
import type { Role, TraceFrame } from '../result.ts';
import { escapeHtml } from './escape.ts';
import { cutMiddle, printable, widthOf } from './terminal-text.ts';
import { type TraceRow, traceRows } from './trace.ts';

const mostRows = 60;
const rowHeight = 30;
const headHeight = 44;
const targetX = 116;
const laneWidth = 132;
const shortestWidth = 620;
// Of the monospace font at the size that the page's style gives labels, with some air.
const characterWidth = 6.7;
const hues = 8;

/** Inline SVG without script, style or link; its colours come from classes. */
export function sequenceDiagram(frames: readonly TraceFrame[], role: Role): string {
  const rows = traceRows(frames, mostRows);
  const connections = [...new Set(frames.map((frame) => frame.connection))];
  const width = Math.max(shortestWidth, targetX + laneWidth * connections.length + 70);
  const height = headHeight + rows.length * rowHeight + 14;
  const xOf = (connection: string): number => targetX + laneWidth * (connections.indexOf(connection) + 1);
  const yOf = (index: number): number => headHeight + index * rowHeight + 20;

  const lanes = connections.map((connection, index) => lane(connection, index, xOf(connection), rows, yOf, height));
  const target = `<g class="target"><line x1="${targetX}" x2="${targetX}" y1="26" y2="${height}"/>${label(targetX, 16, role === 'pair' ? 'proxy' : role, 'middle')}</g>`;
  const messages = rows.map((row, index) => {
    const hue = connections.indexOf(row.connection) % hues;
    return message(row, hue, xOf(row.connection), yOf(index), width);
  });
  const words = `Sequence diagram: ${frames.length} frames on ${connections.length} connections`;
  return `<svg class="sequence" role="img" aria-label="${words}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${target}${lanes.join('')}${messages.join('')}</svg>`;
}

// Solid from when the connection was open to when it ended, faint before and after.
function lane(
  connection: string,
  index: number,
  x: number,
  rows: readonly TraceRow[],
  yOf: (index: number) => number,
  height: number,
): string {
  const own = rows.map((row, at) => ({ row, at })).filter(({ row }) => row.connection === connection);
  const begin = own[0] === undefined ? headHeight : yOf(own[0].at);
  const ended = own.find(({ row }) => isEnd(row));
  const end = ended === undefined ? height : yOf(ended.at);
  return `<g class="lane hue-${index % hues}">${label(x, 16, cutMiddle(printable(connection), 18), 'middle', connection)}<line class="absent" x1="${x}" x2="${x}" y1="26" y2="${height}"/><line x1="${x}" x2="${x}" y1="${begin}" y2="${end}"/></g>`;
}

function message(row: TraceRow, hue: number, x: number, y: number, width: number): string {
  const time =
    row.ms === '' ? '' : `<text class="time" x="${targetX - 24}" y="${y + 4}" text-anchor="end">${row.ms} ms</text>`;
  const text = printable(row.text);
  const room = Math.floor((width - targetX - 20) / characterWidth);
  const words = label(targetX + 10, y - 6, cutMiddle(text, room), 'start', widthOf(text) > room ? row.text : undefined);
  if (row.kind === 'fence' || row.kind === 'left-out') {
    return `<g class="fence">${time}<line x1="${targetX}" x2="${width - 10}" y1="${y}" y2="${y}"/>${words}</g>`;
  }
  const line = `<line x1="${targetX}" x2="${x}" y1="${y}" y2="${y}"/>`;
  return `<g class="message hue-${hue} ${row.kind}">${time}${line}${tip(row, x, y)}${words}</g>`;
}

function tip(row: TraceRow, x: number, y: number): string {
  const cross = `<path class="cross" d="M${x - 5} ${y - 5}l10 10m0-10l-10 10"/>`;
  const arrow =
    row.arrow === '→'
      ? `<path d="M${targetX} ${y}l9 -4.5v9z"/>`
      : row.arrow === '←'
        ? `<path d="M${x} ${y}l-9 -4.5v9z"/>`
        : '';
  if (isEnd(row)) return arrow === '' || row.arrow === '←' ? cross : arrow + cross;
  return arrow === '' ? `<circle cx="${x}" cy="${y}" r="4"/>` : arrow;
}

function isEnd(row: TraceRow): boolean {
  return row.kind === 'close' || row.kind === 'end' || row.kind === 'refused';
}

function label(x: number, y: number, text: string, anchor: 'start' | 'middle', full?: string): string {
  const title = full === undefined || full === text ? '' : `<title>${escapeHtml(full)}</title>`;
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${title}${escapeHtml(text)}</text>`;
}
