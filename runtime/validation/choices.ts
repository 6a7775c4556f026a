// Choices between schemas, and which place is at fault where none fits.
import type { Breach, Check } from './check.ts';
import { rule } from './check.ts';

export const anyOf = (...checks: Check[]): Check => choice(checks, false, 'must match a schema in anyOf');

export const oneOf = (...checks: Check[]): Check => choice(checks, true, 'must match exactly one schema in oneOf');

function choice(checks: readonly Check[], isExact: boolean, message: string): Check {
  return (value) => {
    const breaches: Breach[] = [];
    for (const check of checks) {
      const found = check(value);
      if (found) breaches.push(found);
      else if (!isExact) return undefined;
    }
    const passed = checks.length - breaches.length;
    if (passed === 1) return undefined;
    // Where every branch complains about one and the same place, that place is at fault; otherwise several could mend it.
    const places = new Set(breaches.map(({ path }) => JSON.stringify(path)));
    return { message, path: passed === 0 && places.size === 1 ? breaches[0]?.path : undefined };
  };
}

export const not = (check: Check): Check => rule(check, 'must NOT be valid');

/** `if`, `then` and `else`. */
export const either =
  (condition: Check, fits: Check, fitsNot: Check): Check =>
  (value) =>
    (condition(value) ? fitsNot : fits)(value);
