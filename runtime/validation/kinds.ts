// The types of JSON Schema.
import { breach, type Check, rule } from './check.ts';

export type Properties = { readonly [name: string]: unknown };

export const isObject = (value: unknown): value is Properties =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const string: Check = (value) => (typeof value === 'string' ? undefined : breach('must be string'));

export const boolean: Check = (value) => (typeof value === 'boolean' ? undefined : breach('must be boolean'));

/** What JSON cannot write, as what it reads `1e999` as, is no number. */
export const number: Check = (value) => (Number.isFinite(value) ? undefined : breach('must be number'));

export const integer: Check = (value) => (Number.isInteger(value) ? undefined : breach('must be integer'));

export const nothing: Check = (value) => (value === null ? undefined : breach('must be null'));

export const list: Check = (value) => (Array.isArray(value) ? undefined : breach('must be array'));

export const record: Check = (value) => (isObject(value) ? undefined : breach('must be object'));

/** Any of several types. */
export const types = (names: string, ...kinds: Check[]): Check =>
  rule((value) => kinds.some((kind) => !kind(value)), `must be ${names}`);
