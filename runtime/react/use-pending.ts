// Sending and asking, with what a button shows of it.
import { useCallback, useState } from 'react';
import type { ChannelTypes } from '../channel-types.ts';
import type { Client, ClientError } from '../client/index.ts';

type Call = (...values: never) => Promise<unknown>;

/** The same function, its calls counted while they are under way. Errors are kept until the next call; a promise that nobody
 * looks at is no unhandled rejection. */
function usePending<F extends Call>(call: F): [call: F, isPending: boolean, error: ClientError | undefined] {
  const [[count, error], set] = useState<readonly [count: number, error?: ClientError | undefined]>([0]);
  const counted = useCallback(
    (...values: never) => {
      const settle = (failed?: ClientError) => set(([count, error]) => [count - 1, failed ?? error]);
      set(([count]) => [count + 1]);
      const promise = call(...values);
      promise.then(() => settle(), settle);
      return promise;
    },
    [call],
  );
  return [counted as F, count > 0, error];
}

/** `isSending` until the message was written or, where the contract confirms it, until it was confirmed. */
export function useWebSocketSend<C extends ChannelTypes, D extends PropertyKey, A extends PropertyKey>(
  client: Client<C, D, A>,
) {
  const [send, isSending, error] = usePending(client.send);
  return { send, isSending, error };
}

/** `request` settles with the typed reply. */
export function useWebSocketRequest<C extends ChannelTypes, D extends PropertyKey, A extends PropertyKey>(
  client: Client<C, D, A>,
) {
  const [request, isLoading, error] = usePending(client.request);
  return { request, isLoading, error };
}
