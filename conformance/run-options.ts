// What a run may be told, and what it tells while it goes on.
import type { CaseResult } from './result.ts';
import type { ServerRule } from './rules/index.ts';

export type RunEvent =
  /** `total`: cases that will be carried out. */
  | { readonly kind: 'start'; readonly total: number; readonly url: string }
  /** A case is decided; `done` counts them. */
  | { readonly kind: 'case'; readonly result: CaseResult; readonly done: number; readonly total: number };

export interface RunOptions {
  /** Keys of channels. @default all */
  readonly channels?: readonly string[];
  /** Rule ids or instances, `*` for any text: `delivery/*`, `*@chat.*`. @default all */
  readonly rules?: readonly string[];
  /** @default the target file's, else 1 */
  readonly timeScale?: number;
  readonly onEvent?: (event: RunEvent) => void;
  /** One instance of each rule in place of all: {@link sampleOf}. @default false */
  readonly sample?: boolean;
  /** Whether what was inconclusive, or what the machine may have broken, is run again. @default true */
  readonly again?: boolean;
  /** @default every rule of the suite */
  readonly from?: readonly ServerRule[];
  /** The command that repeats the run, for reports. */
  readonly command?: string;
}

/** `*` stands for any text; the whole must match. */
export function matchesGlob(glob: string, text: string): boolean {
  const pattern = glob
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}$`).test(text);
}
