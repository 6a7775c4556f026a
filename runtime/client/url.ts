// The address of a connection, with the token where the contract wants it.
import type { ClientOptions } from './client.ts';
import type { Environment } from './environment.ts';
import type { Message } from './message.ts';
import type { ClientTable } from './table.ts';

export function address(
  table: ClientTable,
  options: Pick<ClientOptions, 'url' | 'query'>,
  parameters: Message,
  token: string | null,
  environment: Environment,
): string {
  const base =
    (typeof options.url === 'function' ? options.url() : options.url) ??
    (environment.origin?.() ?? '') + table.pathname;
  const path = table.address.replace(/\{([^}]*)\}/g, (_, name: string) => {
    if (parameters[name] === undefined) throw new Error(`The address ${table.address} lacks the parameter ${name}.`);
    return encodeURIComponent(String(parameters[name]));
  });
  const url = new URL(base.replace(/^http/, 'ws').replace(/\/$/, '') + path);
  for (const [name, value] of Object.entries(options.query ?? {}))
    if (value !== undefined && value !== null) url.searchParams.set(name, String(value));
  if (token !== null && table.token) url.searchParams.set(table.token, token);
  return url.href;
}
