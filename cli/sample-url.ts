// Makes an address that can be pasted into a client: parameters filled in, the token in its place.

import type { ChannelContract, User } from '../runtime/server/index.ts';
import { readParameter } from '../runtime/server/parameter.ts';
import type { Served } from './served.ts';

// The first that fits is taken; the first is a session of the bundled fixtures.
const candidates = ['00000000-0000-4000-8000-000000000000', '1', 'a', '2000-01-01', 'true'];

/** A value that a parameter may have; `VALUE` where none is found. */
export function sampleOf(schema: ChannelContract['table']['parameters'][number]['schema']): string {
  const listed = Array.isArray(schema.enum) ? schema.enum.map(String) : [];
  return [...listed, 'lobby', ...candidates].find((text) => readParameter(text, schema).ok) ?? 'VALUE';
}

export async function sampleUrl(served: Served, channel: ChannelContract, user: User): Promise<string> {
  const { table } = channel;
  const path = table.address.replace(/\{([^}]+)\}/g, (_all, name: string) => {
    const parameter = table.parameters.find((one) => one.name === name);
    return encodeURIComponent(sampleOf(parameter?.schema ?? {}));
  });
  const query = new URLSearchParams();
  for (const { name, required, schema } of table.query) if (required) query.set(name, sampleOf(schema));
  if (table.auth?.parameter) query.set(table.auth.parameter, await served.token(user, channel));
  const text = query.toString();
  return `${served.url}${table.pathname}${path}${text === '' ? '' : `?${text}`}`;
}
