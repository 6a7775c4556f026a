// Matches a request's path against the addresses of the channels.

import { readParameter } from './parameter.ts';
import type { ChannelTable } from './table.ts';

export interface Route {
  /** Whether the path has the form of the address, whatever its parameters are. */
  covers(path: string): boolean;
  /** Parameter values by name; null where the path is not one of this channel. */
  match(path: string): { readonly [name: string]: unknown } | null;
}

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

const decode = (segment: string): string | null => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
};

/** Compiles a channel's address. Parameters take one segment, never an empty one. */
export const compileRoute = (table: ChannelTable): Route => {
  const names: string[] = [];
  const source = `${table.pathname}${table.address}`
    .split(/(\{[^}]+\})/)
    .map((part) => {
      if (!part.startsWith('{')) return escapePattern(part);
      names.push(part.slice(1, -1));
      return '([^/]+)';
    })
    .join('');
  const pattern = new RegExp(`^${source}$`);
  const schemas = new Map(table.parameters.map((parameter) => [parameter.name, parameter.schema]));
  return {
    covers: (path) => pattern.test(path),
    match: (path) => {
      const found = pattern.exec(path);
      if (!found) return null;
      const values: { [name: string]: unknown } = {};
      for (const [index, name] of names.entries()) {
        const text = decode(found[index + 1]!);
        if (text === null) return null;
        const result = readParameter(text, schemas.get(name) ?? {});
        if (!result.ok) return null;
        values[name] = result.value;
      }
      return values;
    },
  };
};

const NO_QUERY: { readonly [name: string]: unknown } = Object.freeze({});

export type QueryResult = { readonly [name: string]: unknown } | null;

/** Query parameters besides the token; null where one breaks its schema or a required one is missing. */
export const readQuery = (search: URLSearchParams, table: ChannelTable): QueryResult => {
  if (table.query.length === 0) return NO_QUERY;
  const values: { [name: string]: unknown } = {};
  for (const { name, required, schema } of table.query) {
    const text = search.get(name);
    if (text === null) {
      if (required) return null;
      continue;
    }
    const result = readParameter(text, schema);
    if (!result.ok) return null;
    values[name] = result.value;
  }
  return values;
};
