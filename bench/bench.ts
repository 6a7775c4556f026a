// What a benchmark is given, and the rows that it gives back.
import type { ServerSizes } from './server/sizes.ts';

export interface BenchOptions {
  /** The command under test: the built one, or for a smoke test the one from source. */
  readonly command: readonly string[];
  readonly document: string;
  /** Times that each measurement is taken, its peer's in turn with it; the medians count. */
  readonly rounds: number;
  /** Messages of the documents by which growth is measured, ascending. */
  readonly sizes: readonly number[];
  /** Arguments that narrow the run of the suite. */
  readonly suite: readonly string[];
  /** The client libraries to compare with. @default all of `bench/package.json` */
  readonly clientPeers?: readonly string[];
  /** @default what the aims are stated for */
  readonly server?: ServerSizes;
}

export interface Row {
  readonly name: string;
  readonly measured: string;
  /** What it is compared with, as it was measured in the same run. */
  readonly peer: string;
  /** Of the two. */
  readonly ratio: number;
  readonly aim: string;
  readonly met: boolean;
}

/** Throws where it cannot run; a missed aim is a row like any other. */
export type Bench = (options: BenchOptions) => Promise<readonly Row[]>;

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}
