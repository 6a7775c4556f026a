// The shape of a generated validator: a function that returns `{ value }` or `{ issues }` and never throws, which is
// also a Standard Schema (https://standardschema.dev).
import { type Compiled, issueOf } from './issues.ts';

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

/** Makes a validator of a compiled check. */
export function createValidator<T>(compiled: Compiled): Validator<T> {
  const validate = (value: unknown): Result<T> =>
    compiled(value) ? { value: value as T } : { issues: [issueOf(compiled)] };
  const standard = (value: unknown): StandardResult<T> =>
    compiled(value) ? { value: value as T } : { issues: [standardIssue(issueOf(compiled))] };
  return Object.assign(validate, {
    '~standard': { version: 1, vendor: 'wirepact', validate: standard } as const,
  });
}

function standardIssue(issue: Issue): { message: string; path: string[] } {
  return { message: issue.message, path: pathOf(issue.pointer) };
}

function pathOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}
