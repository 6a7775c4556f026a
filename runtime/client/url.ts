// The address of a connection, with the token where the contract wants it.
import type { ClientOptions } from './client.ts';
import type { ClientTable } from './table.ts';

export function address(
  table: ClientTable,
  { url = globalThis.location?.origin + table.pathname, parameters = {}, query = {} }: ClientOptions,
  token?: string,
): string {
  const path = table.address.replace(/\{(.*?)\}/g, (_, name: string) => {
    if (!(name in parameters)) throw new Error(`${table.channel} lacks the parameter ${name}`);
    return encodeURIComponent(parameters[name as keyof typeof parameters]);
  });
  const result = new URL(url.replace(/^http/, 'ws').replace(/\/$/, '') + path);
  for (const [name, value] of Object.entries({ ...query, ...(table.token && { [table.token]: token }) }))
    if (value != null) result.searchParams.set(name, value as string);
  return result.href;
}
