// What a check is: a function that finds the first breach of a schema in a value. Generated validators are made of checks.

/** What is wrong, and where: names and indices from the value that was checked. No path: a change in one of several places
 * could mend it. */
export interface Breach {
  path: string[] | undefined;
  readonly message: string;
}

/** Finds the first breach, or nothing. Never throws. */
export type Check = (value: unknown) => Breach | undefined;

export const breach = (message: string, ...path: string[]): Breach => ({ message, path });

/** The breach as seen from one step further out. */
export function within(name: string, found: Breach): Breach {
  found.path?.unshift(name);
  return found;
}

/** One test with one sentence about what fails it. */
export const rule =
  (test: (value: never) => unknown, message: string): Check =>
  (value) =>
    test(value as never) ? undefined : breach(message);

export const anything: Check = () => undefined;

export const never: Check = () => breach('must not be there');

/** The first breach of any of them. */
export const all = (first: Check, ...rest: Check[]): Check => {
  if (rest.length === 0) return first;
  const [second, ...more] = rest;
  const others = all(second!, ...more);
  return (value) => first(value) ?? others(value);
};

/** For schemas that refer to one another in a circle. */
export function lazy(make: () => Check): Check {
  let check: Check | undefined;
  return (value) => {
    check ??= make();
    return check(value);
  };
}
