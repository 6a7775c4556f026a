// One client for all components below a provider.
import { createContext, createElement, type FunctionComponent, type ReactNode, useContext } from 'react';
import type { ChannelTypes } from '../channel-types.ts';
import type { Client, ClientOptions } from '../client/index.ts';
import { useMadeClient } from './use-client.ts';
import { useConnection } from './use-connection.ts';

/** The options of a client that the provider makes, or a client that was made outside of React. */
export type ProviderProps<C extends ChannelTypes, D extends PropertyKey, A extends PropertyKey> = {
  readonly children?: ReactNode;
  /** @default true */
  readonly autoConnect?: boolean;
} & ((ClientOptions<C> & { readonly client?: never }) | { readonly client: Client<C, D, A> });

/** A provider, and the hook that gives the client to the components below it:
 * `export const [ChatProvider, useChat] = createClientContext(chatClient)`. */
export function createClientContext<C extends ChannelTypes, D extends PropertyKey, A extends PropertyKey>(
  factory: (options: ClientOptions<C>) => Client<C, D, A>,
): readonly [Provider: FunctionComponent<ProviderProps<C, D, A>>, useContextClient: () => Client<C, D, A>] {
  const Context = createContext<Client<C, D, A> | undefined>(undefined);
  return [
    (props) => {
      const value = useMadeClient(factory, props as ClientOptions<C>, props.client);
      useConnection(value, props.autoConnect);
      return createElement(Context.Provider, { value }, props.children);
    },
    () => {
      const client = useContext(Context);
      if (!client) throw new Error('render this below its provider');
      return client;
    },
  ];
}
