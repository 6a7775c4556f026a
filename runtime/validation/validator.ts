// The shape of a generated validator: a function that returns `{ value }` or `{ issues }` and never throws, which is
// also a Standard Schema (https://standardschema.dev).
import type { Check } from './check.ts';
import { escapeSegment } from './pointer.ts';

export interface Issue {
  /** RFC 6901, from the root of the message; of a missing property, the pointer it would have; where a change in one of
   * several places could mend it, the root `''`. */
  readonly pointer: string;
  readonly message: string;
}

export type Result<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly value?: undefined; readonly issues: readonly Issue[] };

/** Stops at the first breach: `issues` holds one. The value is returned as it came, unknown properties included. */
export interface Validator<T> {
  (value: unknown): Result<T>;
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: 'wirepact';
    readonly validate: (value: unknown) => StandardResult<T>;
    readonly types?: { readonly input: T; readonly output: T };
  };
}

export type StandardResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path: readonly PropertyKey[] }[] };

/** Validators of one direction of a channel, by the value of the discriminator. Has no prototype. */
export type ValidatorTable<M> = { readonly [T in keyof M]: Validator<M[T]> };

/** Makes a validator of a check. */
export function createValidator<T>(check: Check): Validator<T> {
  const validate = (value: unknown): Result<T> => {
    const found = check(value);
    if (!found) return { value: value as T };
    const pointer = (found.path ?? []).map((segment) => `/${escapeSegment(segment)}`).join('');
    return { issues: [{ pointer, message: found.message }] };
  };
  const standard = (value: unknown): StandardResult<T> => {
    const found = check(value);
    return found ? { issues: [{ message: found.message, path: found.path ?? [] }] } : { value: value as T };
  };
  return Object.assign(validate, { '~standard': { version: 1, vendor: 'wirepact', validate: standard } as const });
}

/** Makes a table of the checks of all messages of a direction. */
export function createTable<M extends object>(checks: { readonly [T in keyof M]: Check }): ValidatorTable<M> {
  const table = Object.create(null);
  for (const [type, check] of Object.entries<Check>(checks)) table[type] = createValidator(check);
  return Object.freeze(table);
}
