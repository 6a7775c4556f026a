// Chance that a seed gives again: every choice of a fuzzed batch comes from here.
import { Random } from '../conformance/pair/random.ts';

export class Dice extends Random {
  /** From 0 to below `count`. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  bytes(count: number): Buffer {
    return Buffer.from(Array.from({ length: count }, () => this.below(256)));
  }

  /** A length: mostly short, seldom up to `most`. */
  length(most: number): number {
    return this.below(1 + Math.floor(most ** this.next()));
  }
}
