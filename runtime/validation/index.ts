// The shape of a generated validator: a function that returns `{ value }` or `{ issues }` and never throws, which is
// also a Standard Schema (https://standardschema.dev).

export interface Issue {
  /** RFC 6901, from the root of the message; of a missing property, the pointer it would have. */
  readonly pointer: string;
  readonly message: string;
}

export type Result<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly value?: undefined; readonly issues: readonly Issue[] };

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

/** Validators of one direction of a channel, by the value of the discriminator. */
export type ValidatorTable<M> = { readonly [T in keyof M]: Validator<M[T]> };
