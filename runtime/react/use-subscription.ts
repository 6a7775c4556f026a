// Calls back for messages and reports while a component is mounted, without rendering it: every message, none left out.
import { useEffect, useInsertionEffect, useRef } from 'react';
import type { ChannelTypes } from '../channel-types.ts';
import type { Client, Report } from '../client/index.ts';

/** Every message of a type, in order. The handler may be written inline. */
export function useWebSocketSubscription<
  C extends ChannelTypes,
  D extends PropertyKey,
  A extends PropertyKey,
  T extends Extract<keyof C['server'], string>,
>(client: Client<C, D, A>, type: T, handler: (message: C['server'][T]) => void): void {
  useHandler(handler, (call) => client.on(type, call), [client, type]);
}

/** Gaps, invalid frames, dropped messages, failed tokens, handlers that threw. */
export function useWebSocketReports(client: Pick<Client, 'onReport'>, handler: (report: Report) => void): void {
  useHandler(handler, client.onReport, [client]);
}

/** Listens as long as the sources are the same, and calls the handler of the last render: it may be written inline, and never
 * goes stale. */
export function useHandler<V extends unknown[]>(
  handler: (...values: V) => void,
  listen: (call: (...values: V) => void) => () => void,
  sources: readonly unknown[],
): void {
  const latest = useRef(handler);
  // Before any effect that could call it, and only for renders that are shown.
  useInsertionEffect(() => {
    latest.current = handler;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the sources are given
  useEffect(() => listen((...values) => latest.current(...values)), sources);
}
