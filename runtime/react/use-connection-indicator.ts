// When a banner tells people that they are cut off: not for a hiccup.
import { useEffect, useState } from 'react';
import type { Client } from '../client/index.ts';
import type { ConnectionState, ConnectionStatus } from './status.ts';
import { useWebSocketStatus } from './use-status.ts';

/** Besides the status, `showIndicator`; `retryAt` is for a countdown.
 * @param delayMs for how long there is no working connection before it is shown. A failure is shown at once. @default 1000 */
export function useConnectionIndicator(
  client: Pick<Client, 'state' | 'subscribe'>,
  delayMs = 1000,
): ConnectionStatus & { readonly showIndicator: boolean; readonly status: ConnectionState } {
  const status = useWebSocketStatus(client);
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    if (status.isAuthenticated) return;
    const timer = setTimeout(setLate, delayMs, true);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [status.isAuthenticated, delayMs]);
  const showIndicator = !status.isAuthenticated && (isLate || status.state === 'failed');
  return { ...status, status: status.state, showIndicator };
}
