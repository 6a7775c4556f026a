// What a fault is: one way in which a server breaks its contract, as a decorator over the runtime's seam. It knows no
// channel and no message by name, so it applies to whatever of any contract it can apply to.
import type { ChannelTable, SeamDecorator } from '../runtime/server/index.ts';

export const operators = [
  'handshake',
  'auth',
  'validation',
  'audience',
  'multiplicity',
  'order',
  'content',
  'permission',
  'presence',
  'heartbeat',
  'sequence',
  'resync',
  'idempotency',
  'limits',
  'close-codes',
  'shutdown',
] as const;

export type Operator = (typeof operators)[number];

/** A rule that must fail on a server with the fault, and how. */
export interface Intended {
  /** `delivery/receivers`. */
  readonly rule: string;
  /** Any of these slugs (`leaked`) is the intended way to fail. */
  readonly reasons: readonly string[];
}

export interface Fault {
  /** `<operator>/<what is done>`. */
  readonly id: `${Operator}/${string}`;
  /** What the broken server does, in one sentence. */
  readonly sentence: string;
  /** Each of them must catch it. */
  readonly intended: readonly Intended[];
  /** Whether a channel offers what the fault breaks. Where none does, the server with the fault is a correct one. */
  appliesTo(table: ChannelTable): boolean;
  readonly apply: SeamDecorator;
}

/** The rule and the slugs by which it may fail. */
export const by = (rule: string, ...reasons: readonly string[]): Intended => ({ rule, reasons });

export const everywhere = (): boolean => true;
