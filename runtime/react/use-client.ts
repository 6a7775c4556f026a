// A client that belongs to a component: made with it, connected while it is mounted.
import { useInsertionEffect, useMemo } from 'react';
import type { ChannelTypes } from '../channel-types.ts';
import type { Client, ClientOptions, CommonOptions } from '../client/index.ts';
import { useConnection } from './use-connection.ts';

/** Makes a client, and another one where the address changes (`url`, `parameters`, `query`). `token` is that
 * of the last render; the other options are read when a client is made. Nothing is opened while a server renders.
 * @param autoConnect false: it waits for `client.connect()`. @default true */
export function useClient<C extends ChannelTypes, D extends PropertyKey, A extends PropertyKey>(
  factory: (options: ClientOptions<C>) => Client<C, D, A>,
  options: ClientOptions<C>,
  autoConnect?: boolean,
): Client<C, D, A> {
  const client = useMadeClient(factory, options);
  useConnection(client, autoConnect);
  return client;
}

/** What is renewed at each render. */
type Renewed = { token?: CommonOptions['token'] | undefined };

/** The client that was given, or one that is made. */
export function useMadeClient<C extends ChannelTypes, D extends PropertyKey, A extends PropertyKey>(
  factory: (options: ClientOptions<C>) => Client<C, D, A>,
  options: ClientOptions<C>,
  given?: Client<C, D, A>,
): Client<C, D, A> {
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the address says decides, not which objects say it
  const [client, own] = useMemo(() => {
    const own = { ...options };
    return [given ?? factory(own), own] as const;
  }, [given, factory, JSON.stringify([options.url, options.parameters, options.query])]);
  // A client looks at its options for the token at each attempt.
  useInsertionEffect(() => {
    (own as Renewed).token = options.token;
  });
  return client;
}
