// What a list has to be like. Other values pass: that it is a list is checked besides, but for `arrayOf`, which does so
// itself.
import { all, type Check, rule, within } from './check.ts';
import { deepEqual } from './deep-equal.ts';
import { list } from './kinds.ts';

const ofList = (test: (list: readonly unknown[]) => boolean, message: string): Check =>
  rule((value) => !Array.isArray(value) || test(value), message);

/** Every item from a place on. */
export const items =
  (check: Check, from = 0): Check =>
  (value) => {
    if (!Array.isArray(value)) return undefined;
    for (let index = from; index < value.length; index++) {
      const found = check(value[index]);
      if (found) return within(String(index), found);
    }
    return undefined;
  };

/** A list of items that are alike. */
export const arrayOf = (check: Check): Check => all(list, items(check));

/** A check for each of the first items. */
export const tuple =
  (...checks: Check[]): Check =>
  (value) => {
    if (!Array.isArray(value)) return undefined;
    for (const [index, check] of checks.entries()) {
      const found = index < value.length && check(value[index]);
      if (found) return within(String(index), found);
    }
    return undefined;
  };

export const minItems = (least: number): Check =>
  ofList(({ length }) => length >= least, `must NOT have fewer than ${least} items`);

export const maxItems = (most: number): Check =>
  ofList(({ length }) => length <= most, `must NOT have more than ${most} items`);

export const uniqueItems: Check = /* @__PURE__ */ ofList(
  (whole) => whole.every((item, index) => !whole.slice(0, index).some((other) => deepEqual(item, other))),
  'must NOT have duplicate items',
);

export const contains = (check: Check): Check =>
  ofList((whole) => whole.some((item) => !check(item)), 'must contain at least 1 valid item');
