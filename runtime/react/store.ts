// What an application keeps of the messages of a channel, readable in and outside of components: in the shape that
// `useSyncExternalStore` and Zustand's `useStore` take.
import type { ChannelTypes } from '../channel-types.ts';
import type { Client } from '../client/index.ts';
import { nextFrame } from './frame.ts';

export interface Store<S> {
  /** What every message so far has led to, those too of which listeners are yet to be told. */
  getState(): S;
  /** What it began with; what a server renders. */
  getInitialState(): S;
  /** Calls back at most once a frame, however many messages came. Returns a function that ends it. */
  subscribe(listener: (state: S, previous: S) => void): () => void;
  /** Changes it without a message: a copy of what is on its way, an older page. Listeners are told at once. */
  update(change: (state: S) => S): void;
}

/** What each message does to the state. Like a reducer of React's: it returns the next state and changes nothing. */
export type Reducers<C extends ChannelTypes, S> = {
  readonly [T in keyof C['server']]?: (state: S, message: C['server'][T]) => S;
};

/** A store that messages of a client change, from now on until the client is disposed of. */
export function createStore<C extends ChannelTypes, D extends PropertyKey, A extends PropertyKey, S>(
  client: Client<C, D, A>,
  initial: S,
  on: Reducers<C, S>,
): Store<S> {
  const store = createState(initial);
  listenTo(client, typesOf(on), (message, type) => store.reduce((state) => on[type]!(state, message)));
  return store;
}

export interface StateStore<S> extends Store<S> {
  /** As `update`, but listeners are told with the next frame. */
  reduce(change: (state: S) => S): void;
}

export function createState<S>(initial: S): StateStore<S> {
  const listeners = new Set<(state: S, previous: S) => void>();
  let state = initial;
  let told = initial;
  let isPlanned = false;

  function tell(): void {
    const previous = told;
    isPlanned = false;
    told = state;
    if (previous !== state) for (const listener of listeners) listener(state, previous);
  }

  return {
    getState: () => state,
    getInitialState: () => initial,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    update(change) {
      state = change(state);
      tell();
    },
    reduce(change) {
      state = change(state);
      if (!isPlanned) nextFrame(tell);
      isPlanned = true;
    },
  };
}

/** Calls back for every message of the types. Returns a function that ends it. */
export function listenTo<
  C extends ChannelTypes,
  D extends PropertyKey,
  A extends PropertyKey,
  T extends Extract<keyof C['server'], string>,
>(client: Client<C, D, A>, types: readonly T[], call: (message: C['server'][T], type: T) => void): () => void {
  const stops = types.map((type) => client.on(type, (message) => call(message, type)));
  return () => {
    for (const stop of stops) stop();
  };
}

/** The types for which there are reducers. */
export const typesOf = <C extends ChannelTypes, S>(on: Reducers<C, S>) =>
  Object.keys(on) as Extract<keyof C['server'], string>[];
