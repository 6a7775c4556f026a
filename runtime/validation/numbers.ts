// What a number has to be like. Other values pass: that it is a number is checked besides.
import { type Check, rule } from './check.ts';

const bound = (test: (value: number) => boolean, sentence: string): Check =>
  rule((value) => typeof value !== 'number' || test(value), `must be ${sentence}`);

export const minimum = (least: number): Check => bound((value) => value >= least, `>= ${least}`);

export const maximum = (most: number): Check => bound((value) => value <= most, `<= ${most}`);

export const exclusiveMinimum = (below: number): Check => bound((value) => value > below, `> ${below}`);

export const exclusiveMaximum = (above: number): Check => bound((value) => value < above, `< ${above}`);

export const multipleOf = (step: number): Check =>
  bound((value) => Number.isInteger(value / step), `multiple of ${step}`);
