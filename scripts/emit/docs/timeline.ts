// Draws durations to scale: when a heartbeat is sent and given up, and how long a client waits before each attempt.
import type { Channel, Heartbeat, Reconnect } from '../../model.ts';
import { type Content, type Html, html } from './html.ts';
import { typesIn } from './life-connection.ts';
import { cut, figure } from './sequence.ts';

const WIDTH = 430;
const LEFT = 30;
/** What a time takes, px: of two that are nearer, the later one is shown. */
const LABEL = 32;
/** Attempts that are drawn; beyond the cap all look the same. */
const MOST_ATTEMPTS = 12;

/** Two beats of each heartbeat: one that is answered, one that is not. */
export function heartbeatTimeline(channel: Channel): Html | undefined {
  const { heartbeats } = channel;
  if (heartbeats.length === 0) return undefined;
  const typeOf = typesIn(channel);
  const lastMs = Math.max(...heartbeats.map((row) => secondBeat(row) + row.timeoutMs));
  const xOf = (ms: number): number => round(LEFT + (ms / lastMs) * 370);
  const rows = heartbeats.map((row, index) =>
    beats(row, index * 52 + 22, xOf, row.kind === 'frame' ? 'ping frame' : typeOf(row.ping)),
  );
  const words = heartbeats.map((row) => {
    const name = row.kind === 'frame' ? 'a ping frame' : typeOf(row.ping);
    const first = secondBeat(row) - row.intervalMs;
    return `${row.initiator} sends ${name} at ${seconds(first)} and ${seconds(secondBeat(row))}; unanswered, it ends the connection at ${seconds(secondBeat(row) + row.timeoutMs)}`;
  });
  const height = heartbeats.length * 52 + 8;
  return figure({
    title: 'A beat that is answered, and one that is not, to scale',
    words: words.join('. '),
    width: WIDTH,
    height,
    inner: rows,
  });
}

const secondBeat = ({ onOpen, intervalMs }: Heartbeat): number => intervalMs * (onOpen ? 1 : 2);

function beats(row: Heartbeat, y: number, xOf: (ms: number) => number, name: string): Content {
  const second = secondBeat(row);
  const first = second - row.intervalMs;
  const end = second + row.timeoutMs;
  const side = row.initiator === 'client' ? 'c' : 'v';
  const wait = (ms: number): string => `M${xOf(ms)} ${y}h${round(xOf(ms + row.timeoutMs) - xOf(ms))}`;
  return [
    html`<text class=b x=${LEFT} y=${y - 11}>${cut(`${row.initiator}: ${name}`, 60)}</text>`,
    html`<path class=l d="M${xOf(0)} ${y}H${xOf(end)}"/><path class=a d="${wait(first)}${wait(second)}"/>`,
    html`<path class=${side} d="M${xOf(first)} ${y - 7}v14M${xOf(second)} ${y - 7}v14"/>`,
    html`<path class=x d="M${xOf(end) - 4} ${y - 4}l8 8m0-8-8 8"/>`,
    [0, first, second, end]
      .filter((ms, i, all) => i + 1 === all.length || xOf(all[i + 1] ?? 0) - xOf(ms) >= LABEL)
      .map((ms) => html`<text class=n x=${xOf(ms)} y=${y + 18}>${seconds(ms)}</text>`),
  ];
}

/** A row an attempt: the bar is where the wait is drawn from. */
export function reconnectTimeline(reconnect: Reconnect | null): Html | undefined {
  if (reconnect === null) return undefined;
  const { initialMs, multiplier, maxMs, jitter, attempts, spreadMs } = reconnect;
  const waits: number[] = [];
  const most = Math.min(attempts ?? MOST_ATTEMPTS, MOST_ATTEMPTS);
  for (let n = 0; n < most; n++) {
    const wait = Math.min(maxMs ?? Number.POSITIVE_INFINITY, initialMs * multiplier ** n);
    // The cap once more, to show that it stays; all others would look like it.
    if (waits.length > 1 && wait === waits.at(-1) && wait === waits.at(-2)) break;
    waits.push(wait);
  }
  const rows = [
    ...waits.map((wait, n) => ({ name: `${n + 1}`, from: wait * (1 - jitter), to: wait })),
    { name: 'slow', from: 0, to: spreadMs },
  ];
  const lastMs = Math.max(...rows.map(({ to }) => to), 1);
  const xOf = (ms: number): number => round(LEFT + 10 + (ms / lastMs) * 280);
  const left = xOf(0);
  const more = attempts === null || attempts > waits.length;
  const yOf = (row: number): number => 10 + 17 * (row + (more && row === waits.length ? 1 : 0));
  const path = (draw: (row: { from: number; to: number }) => string): string =>
    rows.map((row, i) => draw(row).replace('y', `${yOf(i)}`)).join('');
  const inner = [
    html`<path class=l d="${path(({ from }) => `M${left} yH${xOf(from)}`)}"/>`,
    html`<path class=a d="${path(({ from, to }) => `M${xOf(from)} yH${xOf(to)}`)}"/>`,
    rows.map(({ name, from, to }, i) => {
      const y = yOf(i) + 4;
      return html`<text class=e x=${LEFT} y=${y}>${name}</text><text class=b x=${xOf(to) + 6} y=${y}>${range(from, to)}</text>`;
    }),
  ];
  const rest = attempts === null ? 'and so on, without limit' : `and so on, to attempt ${attempts}`;
  const height = 17 * (rows.length + (more ? 1 : 0)) + 8;
  const words = rows.map(({ name, from, to }) => `${name}: ${range(from, to)}`).join('; ');
  const note = more && html`<text class=b x=${left} y=${14 + 17 * waits.length}>${rest}</text>`;
  return figure({ title: 'The wait before each attempt, to scale', words, width: WIDTH, height, inner: [inner, note] });
}

const range = (from: number, to: number): string =>
  from === to ? seconds(to) : `${seconds(from).replace(/ s$/, '')} to ${seconds(to)}`;

const seconds = (ms: number): string => `${round(ms / 1000)} s`;

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
