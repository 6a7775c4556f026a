// What an object has to be like. Other values pass: that it is an object is checked besides, but for `object`, which does so
// itself.
import { type Breach, breach, type Check, rule, within } from './check.ts';
import { isObject, type Properties } from './kinds.ts';

type Shape = (value: Properties) => Breach | undefined;

/** An object whose properties `shape` looks at, with `need` and `may`. It is a function of its own for every kind of object, so
 * that an engine learns where each property lies: twice as fast as a loop over names. */
export const object =
  (shape: Shape): Check =>
  (value) =>
    isObject(value) ? shape(value) : breach('must be object');

/** The properties of a value that may be something other than an object. */
export const properties =
  (shape: Shape): Check =>
  (value) =>
    isObject(value) ? shape(value) : undefined;

/** A property that must be there. */
export const need = (value: unknown, name: string, check: Check): Breach | undefined =>
  value === undefined ? breach(`must have required property '${name}'`, name) : may(value, name, check);

/** A property that may be there. */
export function may(value: unknown, name: string, check: Check): Breach | undefined {
  const found = value === undefined ? undefined : check(value);
  return found && within(name, found);
}

/** A property of a name that every object has one of. */
export const own = (value: Properties, name: string): unknown => (Object.hasOwn(value, name) ? value[name] : undefined);

/** Properties that are neither named nor match a pattern. */
export const others = (check: Check, names: readonly string[] = [], patterns: readonly string[] = []): Check => {
  const expressions = patterns.map((source) => new RegExp(source, 'u'));
  return each(check, (name) => !names.includes(name) && !expressions.some((expression) => expression.test(name)));
};

/** Properties whose names match a pattern. */
export const matching = (source: string, check: Check): Check => {
  const expression = new RegExp(source, 'u');
  return each(check, (name) => expression.test(name));
};

const each =
  (check: Check, isMeant: (name: string) => boolean): Check =>
  (value) => {
    if (isObject(value))
      for (const name of Object.keys(value)) {
        const found = isMeant(name) && check(value[name]);
        if (found) return within(name, found);
      }
    return undefined;
  };

/** The names of all properties. */
export const propertyNames =
  (check: Check): Check =>
  (value) => {
    const wrong = isObject(value) && Object.keys(value).find(check);
    return typeof wrong === 'string' ? breach('property name must be valid', wrong) : undefined;
  };

export const minProperties = (least: number): Check =>
  size((count) => count >= least, `must NOT have fewer than ${least} properties`);

export const maxProperties = (most: number): Check =>
  size((count) => count <= most, `must NOT have more than ${most} properties`);

const size = (test: (count: number) => boolean, message: string): Check =>
  rule((value) => !isObject(value) || test(Object.keys(value).length), message);

/** What else must hold of an object in which a property is. */
export const dependency =
  (name: string, check: Check): Check =>
  (value) =>
    isObject(value) && Object.hasOwn(value, name) ? check(value) : undefined;
