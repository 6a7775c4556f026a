// Draws a sequence diagram: lifelines, a row a step, time downwards. Told in words too, for whoever cannot see it.
import { type Content, type Html, html } from './html.ts';

/** A step: a message from one lane to others, or a remark across all lanes. */
export type Step =
  | {
      readonly from: number;
      /** One lane, or all that receive it. */
      readonly to: number | readonly number[];
      readonly text: string;
      /** `end`: it ends the connection. `lost`: it never arrives. */
      readonly kind?: 'end' | 'lost';
    }
  | { readonly remark: string };

export interface Scene {
  readonly title: string;
  readonly lanes: readonly string[];
  readonly steps: readonly Step[];
}

/** Width of a diagram of two lanes. */
const PAIR = 312;
const ROW = 30;
/** Of a remark's further lines. */
const LINE = 14;
const TOP = 26;
/** Widths of a character at the sizes of the style, px. */
const CODE_WIDTH = 6.6;
const REMARK_WIDTH = 5.6;

/** The lanes of most scenes. */
export const PAIR_LANES = ['client', 'server'] as const;

/** From the middle, where the texts are: without an x they need no attribute. */
const pairX = (lane: number): number => 264 * lane - 132;

function headsOf(lanes: readonly string[], xOf: (lane: number) => number): Html {
  return html`<text class=h y=12>${lanes.map((lane, i) => html`<tspan x=${xOf(i)}>${lane}</tspan>`)}</text>`;
}

/** What diagrams refer to; once on a page. */
export const SEQUENCE_PARTS = html`<svg hidden><g id="lanes">${headsOf(PAIR_LANES, pairX)}</g></svg>`;

/** Nothing for a scene in which nothing happens. */
export function sequence({ title, lanes, steps }: Scene): Html | undefined {
  if (steps.length === 0) return undefined;
  const isPair = lanes === PAIR_LANES;
  const width = isPair ? PAIR : 50 + 90 * lanes.length;
  const xOf = (lane: number): number => (isPair ? pairX(lane) : 34 + 90 * lane);
  const rows = steps.flatMap((step) => ('remark' in step ? wrap(step.remark, width) : [step]));
  let y = TOP;
  const places = rows.map((row, i) => {
    const before = rows[i - 1];
    y += 'remark' in row && before !== undefined && 'remark' in before ? LINE : ROW;
    return y - 12;
  });
  const height = y + 6;
  const heads = isPair ? html`<use href="#lanes"/>` : headsOf(lanes, xOf);
  const lines = lanes.map((_, i) => `M${xOf(i)} 20V${height}`).join('');
  const paths = new Map<string, string>();
  const texts: Html[] = [];
  rows.forEach((step, row) => {
    const y = places[row] ?? 0;
    if ('remark' in step) {
      const middle = isPair ? '' : html` x=${width / 2}`;
      texts.push(html`<text class=n${middle} y=${y - 3}>${step.remark}</text>`);
      return;
    }
    const ends = typeof step.to === 'number' ? [step.to] : step.to;
    const [x, ...targets] = [step.from, ...ends].map(xOf);
    const path = arrow(x ?? 0, targets, y, step.kind === 'lost');
    const name = step.kind !== undefined ? 'x' : step.from === serverOf(lanes) ? 'v' : 'c';
    paths.set(name, `${paths.get(name) ?? ''}${path}`);
    const text = cut(step.text, Math.floor((isPair ? 258 : width - 46) / CODE_WIDTH));
    texts.push(isPair ? html`<text y=${y - 5}>${text}</text>` : html`<text class=b x=40 y=${y - 5}>${text}</text>`);
  });
  const drawn = [...paths].map(([name, path]) => html`<path class=${name} d="${path}"/>`);
  const inner: Content = [heads, html`<path class=l d="${lines}"/>`, drawn, texts];
  return figure({ title, words: wordsOf(lanes, steps), left: isPair ? -PAIR / 2 : 0, width, height, inner });
}

export interface Figure {
  readonly title: string;
  readonly words: string;
  /** The x of its left side. @default 0 */
  readonly left?: number;
  readonly width: number;
  readonly height: number;
  readonly inner: Content;
}

/** A drawing under its title. It never grows beyond its own width, and shrinks with the page. */
export function figure({ title, words, left = 0, width, height, inner }: Figure): Html {
  const name = width > PAIR ? 'w' : 'q';
  return html`<figure><figcaption>${title}</figcaption><svg class=${name} role=img aria-label="${words}" viewBox="${left} 0 ${width} ${height}">${inner}</svg></figure>\n`;
}

const serverOf = (lanes: readonly string[]): number => lanes.indexOf('server');

/** A line to the last target, with a head at each; a cross at the end of what never arrives. */
function arrow(x: number, targets: readonly number[], y: number, isLost: boolean): string {
  const furthest = targets.reduce((far, one) => (Math.abs(one - x) > Math.abs(far - x) ? one : far), x);
  if (isLost) return `M${x} ${y}H${x + (furthest - x) * 0.75}m-5-5 10 10m0-10-10 10`;
  const others = targets.filter((to) => to !== furthest);
  const head = (to: number): string => (to > x ? 'm-6-4 6 4-6 4' : 'm6-4-6 4 6 4');
  return [`M${x} ${y}H${furthest}${head(furthest)}`, ...others.map((to) => `M${to} ${y}${head(to)}`)].join('');
}

/** The remark in as many rows as it needs. */
function wrap(remark: string, width: number): Step[] {
  const most = Math.floor(width / REMARK_WIDTH);
  const lines: string[] = [];
  for (const word of remark.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => ({ remark: cut(line, most) }));
}

/** A text that has no more room than for so many characters. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function wordsOf(lanes: readonly string[], steps: readonly Step[]): string {
  const words = steps.map((step) => {
    if ('remark' in step) return step.remark;
    const lost = step.kind === 'lost' ? ' (never arrives)' : '';
    if (typeof step.to === 'number') return `${lanes[step.from]}: ${step.text}${lost}`;
    return `${lanes[step.from]} to ${step.to.map((lane) => lanes[lane]).join(', ')}: ${step.text}`;
  });
  return words.join('; ');
}
