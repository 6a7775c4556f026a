// Which values are allowed: constants, and enumerations.
import { breach, type Check, rule } from './check.ts';
import { deepEqual } from './deep-equal.ts';

const constantMessage = 'must be equal to constant';
const amongMessage = 'must be equal to one of the allowed values';

type Primitive = string | number | boolean | null;

export const constant =
  (wanted: Primitive): Check =>
  (value) =>
    value === wanted ? undefined : breach(constantMessage);

/** A constant that is a list or an object. */
export const equal = (wanted: unknown): Check => rule((value) => deepEqual(value, wanted), constantMessage);

export const among = (...wanted: Primitive[]): Check => rule((value) => wanted.includes(value), amongMessage);

/** An enumeration in which lists or objects are. */
export const amongEqual = (...wanted: unknown[]): Check =>
  rule((value) => wanted.some((one) => deepEqual(value, one)), amongMessage);
