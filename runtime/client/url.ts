// The address of a connection, with the token where the contract wants it.
import type { ClientOptions } from './client.ts';
import type { ClientTable } from './table.ts';

export function address(
  table: ClientTable,
  { url = globalThis.location?.origin + table.pathname, parameters = {}, query = {} }: ClientOptions,
  token: string | undefined,
): string {
  const path = table.address.replace(/\{(.*?)\}/g, (_, name: string) => {
    if (!(name in parameters)) throw new Error(`${table.channel} lacks the parameter ${name}`);
    return encodeURIComponent(String(parameters[name as keyof typeof parameters]));
  });
  const result = new URL(url.replace(/^http/, 'ws').replace(/\/$/, '') + path);
  for (const [name, value] of Object.entries(query)) if (value != null) result.searchParams.set(name, String(value));
  if (token && table.token) result.searchParams.set(table.token, token);
  return result.href;
}
