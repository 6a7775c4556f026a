// What a difference between two contracts is, and whom it breaks.
import type { Source } from '../model.ts';

/** A program built to the old contract. */
export type Side = 'server' | 'client';
export type Breaks = readonly Side[];

export const nobody: Breaks = [];
export const servers: Breaks = ['server'];
export const clients: Breaks = ['client'];
export const both: Breaks = ['server', 'client'];

export interface Change {
  /** What kind of change it is: `limits.message/bytes`, `message/renamed`. Readable, and never of another meaning later. */
  readonly id: string;
  /** Null: it concerns the whole document. */
  readonly channel: string | null;
  /** Key of the message that it concerns. */
  readonly message: string | null;
  /** What was, and what is. */
  readonly sentence: string;
  /** Those built to the old contract that break where the other side, or the suite, follows the new one. */
  readonly breaks: Breaks;
  /** In the new document; in the old one where `gone`. */
  readonly source: Source;
  readonly gone: boolean;
}

/** Where a comparison is: what its changes have in common. */
export interface Place {
  readonly channel: string | null;
  readonly message: string | null;
}

/** A value as a sentence shows it: short. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

export function isSame(a: unknown, b: unknown): boolean {
  return text(a) === text(b);
}

/** JSON with sorted keys, and without places: neither the order nor the line at which a document says something matters. */
function text(value: unknown): string {
  return JSON.stringify(value ?? null, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    const entries = Object.entries(inner).filter(([, one]) => !isPlace(one));
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function isPlace(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).sort().join() === 'line,pointer';
}
