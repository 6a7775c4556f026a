// What a component keeps of the messages: every one is taken in, and it renders once a frame.
import { useMemo, useSyncExternalStore } from 'react';
import type { ChannelTypes } from '../channel-types.ts';
import type { Client } from '../client/index.ts';
import { createState, listenTo, type Reducers, type Store, typesOf } from './store.ts';
import { useHandler } from './use-subscription.ts';

type Type<C extends ChannelTypes> = Extract<keyof C['server'], string>;

const keptMessages = 1000;

/** One store a client and list of types, filled while the component is mounted. */
function useReduced<C extends ChannelTypes, D extends PropertyKey, A extends PropertyKey, T extends Type<C>, S>(
  client: Client<C, D, A>,
  types: readonly T[],
  initial: S,
  reduce: (state: S, message: C['server'][T], type: T) => S,
): [state: S, update: Store<S>['update']] {
  // biome-ignore lint/correctness/useExhaustiveDependencies: it begins anew with another client or other types, not with another initial value
  const store = useMemo(() => createState(initial), [client, types.join()]);
  useHandler(
    (message: C['server'][T], type: T) => store.reduce((state) => reduce(state, message, type)),
    (call) => listenTo(client, types, call),
    [store],
  );
  return [useSyncExternalStore(store.subscribe, store.getState, store.getInitialState), store.update];
}

/** State that messages change while the component is mounted, and the function that changes it without one. It begins anew
 * with another client. Reducers may be written inline. */
export function useChannelState<C extends ChannelTypes, D extends PropertyKey, A extends PropertyKey, S>(
  client: Client<C, D, A>,
  initial: S,
  on: Reducers<C, S>,
): [state: S, update: Store<S>['update']] {
  return useReduced(client, typesOf(on), initial, (state, message, type) => on[type]!(state, message));
}

/** The messages of a type since the component was mounted, the oldest first.
 * @param max so many of the newest are kept. @default 1000 */
export function useMessages<C extends ChannelTypes, D extends PropertyKey, A extends PropertyKey, T extends Type<C>>(
  client: Client<C, D, A>,
  type: T,
  max = keptMessages,
): readonly C['server'][T][] {
  const none: readonly C['server'][T][] = [];
  return useReduced(client, [type], none, (list, message) => [...list, message].slice(-max))[0];
}

/** The newest message of a type, or of several. Lossy: of several in one frame it shows the last;
 * `useWebSocketSubscription` sees all. */
export function useLastMessage<C extends ChannelTypes, D extends PropertyKey, A extends PropertyKey, T extends Type<C>>(
  client: Client<C, D, A>,
  ...types: readonly T[]
): C['server'][T] | undefined {
  const none: C['server'][T] | undefined = undefined;
  return useReduced<C, D, A, T, C['server'][T] | undefined>(client, types, none, (_, message) => message)[0];
}
