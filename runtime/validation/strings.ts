// What a string has to be like. Other values pass: that it is a string is checked besides.
import { type Check, rule } from './check.ts';
import { codePointLength } from './code-points.ts';

/** Bounds count code points, which are only counted where the number of UTF-16 units leaves a doubt. */
export const minLength = (least: number): Check =>
  rule(
    (value) =>
      typeof value !== 'string' ||
      (value as string).length >= 2 * least ||
      ((value as string).length >= least && codePointLength(value) >= least),
    `must NOT have fewer than ${least} characters`,
  );

export const maxLength = (most: number): Check =>
  rule(
    (value) => typeof value !== 'string' || (value as string).length <= most || codePointLength(value) <= most,
    `must NOT have more than ${most} characters`,
  );

/** A regular expression of ECMA 262, with Unicode. */
export function pattern(source: string): Check {
  const expression = new RegExp(source, 'u');
  return rule((value) => typeof value !== 'string' || expression.test(value), `must match pattern "${source}"`);
}

export const format = (name: string, test: (text: string) => boolean): Check =>
  rule((value) => typeof value !== 'string' || test(value), `must match format "${name}"`);
