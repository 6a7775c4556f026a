// Decides which message a parsed value is, by its discriminator, and whether it is a valid one.
import { escapeSegment } from './pointer.ts';
import type { Issue, Validator, ValidatorTable } from './validator.ts';

/** `malformed`: not an object. `invalid` without a `type`: the discriminator itself is missing or not a string. */
export type Dispatched<M> =
  | { readonly [T in keyof M & string]: { readonly kind: 'valid'; readonly type: T; readonly value: M[T] } }[keyof M &
      string]
  | { readonly kind: 'invalid'; readonly type: (keyof M & string) | null; readonly issues: readonly Issue[] }
  | { readonly kind: 'unknown-type'; readonly type: string }
  | { readonly kind: 'malformed' };

/** Finds the message of a parsed value in a table and validates it.
 * @param discriminator the segments of the discriminator's pointer; null: the table has one message, and it is that. */
export function dispatch<M extends object>(
  table: ValidatorTable<M>,
  discriminator: readonly string[] | null,
  value: unknown,
): Dispatched<M> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { kind: 'malformed' };
  const type = discriminator === null ? onlyKey(table) : read(value, discriminator);
  if (typeof type !== 'string') {
    const pointer = (discriminator ?? []).map((segment) => `/${escapeSegment(segment)}`).join('');
    const message = type === undefined ? 'must be present' : 'must be string';
    return { kind: 'invalid', type: null, issues: [{ pointer, message }] };
  }
  // The table has no prototype, so `constructor` and the like are unknown types as any other.
  const validator = (table as { readonly [type: string]: Validator<M[keyof M]> | undefined })[type];
  if (validator === undefined) return { kind: 'unknown-type', type };
  const result = validator(value);
  if (result.issues !== undefined) return { kind: 'invalid', type: type as keyof M & string, issues: result.issues };
  return { kind: 'valid', type, value: result.value } as Dispatched<M>;
}

function onlyKey(table: object): string | undefined {
  for (const key in table) return key;
  return undefined;
}

function read(value: object, segments: readonly string[]): unknown {
  let place: unknown = value;
  for (const segment of segments) {
    if (typeof place !== 'object' || place === null) return undefined;
    const item = (place as { readonly [key: string]: unknown })[segment];
    // Nothing that every object inherits is a string, so that a string on the first level is its own: the common case.
    if (place === value && segments.length === 1 && typeof item === 'string') return item;
    place = Object.hasOwn(place, segment) ? item : undefined;
  }
  return place;
}
