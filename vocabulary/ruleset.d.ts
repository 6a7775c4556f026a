// Types of the Spectral ruleset.

/** Every key: the objects it stands on (JSONPath), and what its maps under `components` hold, by definition of its schema. */
export declare const places: {
  readonly [key: string]: { readonly on: readonly string[]; readonly shared: { readonly [map: string]: string } };
};

/** The schema of a key, as published. */
export declare function readSchema(key: string): { readonly [keyword: string]: unknown };

export interface Check {
  /** JSONPaths. */
  readonly given: readonly string[];
  readonly schema: { readonly [keyword: string]: unknown };
}

/** What is checked of a key: where, and by which schema. */
export declare function checksOf(key: string): readonly Check[];

interface Rule {
  readonly description: string;
  readonly message: string;
  readonly severity: 'error';
  readonly resolved: boolean;
  readonly given: string[];
  readonly then: {
    readonly function: (
      value: unknown,
      options: unknown,
      context: { readonly path: (string | number)[] },
    ) => { message: string; path: (string | number)[] }[];
  };
}

/** For `new Parser({ ruleset: { extends: [ruleset] } })` of `@asyncapi/parser`. */
export declare const ruleset: { readonly rules: { readonly [name: string]: Rule } };
