// RFC 6901 pointers into messages: reading, and writing into plain objects that grow as needed.

import type { Pointer } from './table.ts';

const cache = new Map<Pointer, readonly string[]>();

const parsePointer = (pointer: Pointer): readonly string[] => {
  const known = cache.get(pointer);
  if (known) return known;
  const tokens = pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  cache.set(pointer, tokens);
  return tokens;
};

/** The value at a pointer, own properties only; undefined where there is none. */
export const readAt = (root: unknown, pointer: Pointer): unknown => {
  let value = root;
  for (const token of parsePointer(pointer)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return undefined;
    value = (value as Record<string, unknown>)[token];
  }
  return value;
};

const define = (target: object, key: string, value: unknown): void => {
  // `__proto__` must become a property, never a prototype.
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else (target as Record<string, unknown>)[key] = value;
};

/** A copy of `root` with `value` at the pointer; objects on the way are made, what they hold is kept. */
export const writeAt = (root: unknown, pointer: Pointer, value: unknown): unknown => {
  const tokens = parsePointer(pointer);
  if (tokens.length === 0) return value;
  const copy = (node: unknown): object => {
    if (Array.isArray(node)) return [...node];
    return typeof node === 'object' && node !== null ? { ...node } : {};
  };
  const result = copy(root);
  let target = result;
  for (const [index, token] of tokens.entries()) {
    if (index === tokens.length - 1) define(target, token, value);
    else {
      const next = copy(Object.hasOwn(target, token) ? (target as Record<string, unknown>)[token] : undefined);
      define(target, token, next);
      target = next;
    }
  }
  return result;
};

/** A copy of `root` without the property at the pointer. */
export const removeAt = (root: unknown, pointer: Pointer): unknown => {
  if (readAt(root, pointer) === undefined) return root;
  const tokens = parsePointer(pointer);
  const last = tokens.at(-1);
  if (last === undefined) return undefined;
  const parent = `/${tokens
    .slice(0, -1)
    .map((token) => token.replaceAll('~', '~0').replaceAll('/', '~1'))
    .join('/')}`;
  const holder = tokens.length === 1 ? root : readAt(root, parent);
  const { [last]: _removed, ...rest } = holder as Record<string, unknown>;
  return tokens.length === 1 ? rest : writeAt(root, parent, rest);
};
