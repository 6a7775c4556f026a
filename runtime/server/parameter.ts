// Reads path and query parameters by their schemas: text in, the value in the schema's type out.

import type { ParameterSchema } from './table.ts';

export type ParameterResult = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

const refused: ParameterResult = { ok: false };

// Without leading zeros or a plus sign: one number has one spelling.
const INTEGER = /^(?:0|-?[1-9][0-9]*)$/;
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

const toValue = (text: string, type: unknown): unknown => {
  if (type === 'integer') return INTEGER.test(text) ? Number(text) : undefined;
  if (type === 'number') return NUMBER.test(text) ? Number(text) : undefined;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  return text;
};

const patterns = new Map<string, RegExp>();

const matches = (text: string, pattern: string): boolean => {
  let compiled = patterns.get(pattern);
  if (!compiled) {
    compiled = new RegExp(pattern, 'u');
    patterns.set(pattern, compiled);
  }
  return compiled.test(text);
};

const numberKeywords: { readonly [keyword: string]: (value: number, bound: number) => boolean } = {
  minimum: (value, bound) => value >= bound,
  maximum: (value, bound) => value <= bound,
  exclusiveMinimum: (value, bound) => value > bound,
  exclusiveMaximum: (value, bound) => value < bound,
  multipleOf: (value, bound) => Number.isInteger(value / bound),
};

// JSON Schema counts code points.
const textKeywords: { readonly [keyword: string]: (text: string, bound: number) => boolean } = {
  minLength: (text, bound) => [...text].length >= bound,
  maxLength: (text, bound) => [...text].length <= bound,
};

/** Judges one parameter. Of JSON Schema it knows scalars: type, enum, const, pattern, lengths and bounds. */
export const readParameter = (text: string, schema: ParameterSchema): ParameterResult => {
  const value = toValue(text, schema.type);
  if (value === undefined) return refused;
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) return refused;
  if ('const' in schema && schema.const !== value) return refused;
  if (typeof schema.pattern === 'string' && !matches(text, schema.pattern)) return refused;
  for (const [keyword, bound] of Object.entries(schema)) {
    if (typeof bound !== 'number') continue;
    if (typeof value === 'number' && numberKeywords[keyword]?.(value, bound) === false) return refused;
    if (typeof value === 'string' && textKeywords[keyword]?.(value, bound) === false) return refused;
  }
  return { ok: true, value };
};
