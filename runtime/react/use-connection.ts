// When a client is connected and closed: for as long as a component that uses it is mounted.
import { useEffect } from 'react';
import type { Client } from '../client/index.ts';
import { statusOf } from './status.ts';

type Connection = Pick<Client, 'state' | 'connect' | 'close'>;

interface Uses {
  count: number;
  closing?: ReturnType<typeof setTimeout>;
}

const usesOf = new WeakMap<Connection, Uses>();

/** Connects the client when the first component that uses it is mounted, and closes it after the last one is gone.
 * @param autoConnect false: `client.connect()` is left to you; it is closed all the same. @default true */
export function useConnection(client: Connection, autoConnect = true): void {
  useEffect(() => {
    const uses = usesOf.get(client) ?? { count: 0 };
    usesOf.set(client, uses);
    uses.count++;
    clearTimeout(uses.closing);
    // What failed is opened again by nothing but connect().
    if (autoConnect && statusOf(client.state).isDisconnected) client.connect();
    return () => {
      // Not at once: StrictMode, and a change of page, unmount what they mount again in the same breath.
      if (--uses.count === 0) uses.closing = setTimeout(client.close);
    };
  }, [client, autoConnect]);
}
