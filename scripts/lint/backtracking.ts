// Whether a regular expression takes exponential time on some text: whether one text leads round a loop in two ways.
// Weideman et al., "Analyzing matching time behavior of backtracking regular expression matchers" (exponential ambiguity).
import { type Regex, readRegex } from './regex-syntax.ts';

/** Larger expressions are not decided: nobody writes them by hand. */
const maxPositions = 120;
/** A count with a range this wide is searched like one without end. */
const maxRange = 8;

/** Positions of the automaton with how many ways lead in, out and from one to the next. */
interface Part {
  readonly nullable: boolean;
  readonly first: Ways;
  readonly last: Ways;
}

type Ways = ReadonlyMap<number, number>;

/** The pattern must be valid under the flag u. */
export function backtracksExponentially(pattern: string): boolean {
  return readRegex(pattern).some((regex) => {
    const automaton = new Automaton();
    automaton.add(regex);
    return automaton.size <= maxPositions && automaton.isAmbiguous();
  });
}

class Automaton {
  readonly #atoms: string[] = [];
  readonly #next: Map<number, number>[] = [];

  get size(): number {
    return this.#atoms.length;
  }

  add(regex: Regex): Part {
    if (this.size > maxPositions) return { nullable: true, first: new Map(), last: new Map() };
    switch (regex.kind) {
      case 'empty':
        return { nullable: true, first: new Map(), last: new Map() };
      case 'atom': {
        this.#next.push(new Map());
        const ways = new Map([[this.#atoms.push(regex.source) - 1, 1]]);
        return { nullable: false, first: ways, last: ways };
      }
      case 'choice': {
        const parts = regex.items.map((item) => this.add(item));
        return {
          nullable: parts.some(({ nullable }) => nullable),
          first: sum(parts.map(({ first }) => first)),
          last: sum(parts.map(({ last }) => last)),
        };
      }
      case 'sequence':
        return regex.items.reduce<Part>((part, item) => this.#join(part, this.add(item)), this.add({ kind: 'empty' }));
      case 'repeat':
        return this.#repeat(regex);
    }
  }

  #join(a: Part, b: Part): Part {
    this.#link(a.last, b.first);
    return {
      nullable: a.nullable && b.nullable,
      first: a.nullable ? sum([a.first, b.first]) : a.first,
      last: b.nullable ? sum([b.last, a.last]) : b.last,
    };
  }

  #link(from: Ways, to: Ways): void {
    for (const [a, waysOut] of from) {
      const next = this.#next[a];
      for (const [b, waysIn] of to) next?.set(b, Math.min(2, (next.get(b) ?? 0) + waysOut * waysIn));
    }
  }

  #repeat({ item, min, max }: Regex & { readonly kind: 'repeat' }): Part {
    let part = this.add({ kind: 'empty' });
    if (max === Infinity || (max > min && max > maxRange)) {
      for (let copy = 1; copy < Math.min(min, maxRange); copy += 1) part = this.#join(part, this.add(item));
      const loop = this.add(item);
      this.#link(loop.last, loop.first);
      return this.#join(part, min === 0 ? { ...loop, nullable: true } : loop);
    }
    for (let copy = 0; copy < max; copy += 1) {
      const one = this.add(item);
      part = this.#join(part, copy < min ? one : { ...one, nullable: true });
    }
    return part;
  }

  /** Two walks that read the same text from one position part, and meet there again. */
  isAmbiguous(): boolean {
    const masks = characterMasks(this.#atoms);
    const overlap = (a: number, b: number) => ((masks[a] ?? 0n) & (masks[b] ?? 0n)) !== 0n;
    const size = this.size;
    const previous = reversed(this.#next);
    const pairs = (table: readonly ReadonlyMap<number, number>[], pair: number): number[] => {
      const seconds = [...(table[pair % size]?.keys() ?? [])];
      return [...(table[Math.floor(pair / size)]?.keys() ?? [])].flatMap((c) => seconds.map((d) => c * size + d));
    };
    const matches = (pair: number) => overlap(Math.floor(pair / size), pair % size);
    const forward = (pair: number) => pairs(this.#next, pair).filter(matches);
    const backward = (pair: number) => (matches(pair) ? pairs(previous, pair) : []);
    const isDiagonal = (pair: number) => Math.floor(pair / size) === pair % size;
    for (let start = 0; start < size; start += 1) {
      const home = start * size + start;
      const ahead = reach(home, forward);
      if (!ahead.has(home)) continue;
      const behind = reach(home, backward);
      const loop = new Set([...ahead].filter((pair) => behind.has(pair)));
      for (const pair of loop) {
        if (!isDiagonal(pair)) return true;
        for (const [to, ways] of this.#next[pair % size] ?? []) if (ways > 1 && loop.has(to * size + to)) return true;
      }
    }
    return false;
  }
}

function reversed(next: readonly ReadonlyMap<number, number>[]): Map<number, number>[] {
  const previous = next.map(() => new Map<number, number>());
  for (const [from, ways] of next.entries()) for (const [to, count] of ways) previous[to]?.set(from, count);
  return previous;
}

function reach(from: number, edges: (pair: number) => readonly number[]): Set<number> {
  const seen = new Set<number>();
  const open = [from];
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    for (const next of edges(pair)) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return seen;
}

function sum(all: readonly Ways[]): Ways {
  const total = new Map<number, number>();
  for (const ways of all)
    for (const [position, count] of ways) total.set(position, Math.min(2, (total.get(position) ?? 0) + count));
  return total;
}

/** For each atom the set of sample characters that it matches: ASCII, some beyond, and all that the atoms name. */
function characterMasks(atoms: readonly string[]): bigint[] {
  const beyond = ['\u00a0', '\u00e9', '\u2028', '\u4e2d', '\u{1f600}', '\u0661'];
  const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
  const samples = [...new Set([...ascii, ...beyond, ...atoms.join('')])];
  const known = new Map<string, bigint>();
  return atoms.map((atom) => {
    const found = known.get(atom) ?? maskOf(new RegExp(`^(?:${atom})$`, 'u'), samples);
    known.set(atom, found);
    return found;
  });
}

function maskOf(expression: RegExp, samples: readonly string[]): bigint {
  return samples.reduce((mask, sample, index) => (expression.test(sample) ? mask | (1n << BigInt(index)) : mask), 0n);
}
