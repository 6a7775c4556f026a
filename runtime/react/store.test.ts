// @vitest-environment happy-dom
import { createElement, useSyncExternalStore } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, expect, expectTypeOf, test, vi } from 'vitest';
import { createPage } from './fixtures/page.ts';
import { createTalk, type TalkChannel, talkClient } from './fixtures/talk.ts';
import { createStore, type Reducers, statusOf } from './index.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

async function setUp() {
  const page = createPage();
  const { clock, server, options, say } = createTalk();
  const client = talkClient(options);
  const store = createStore(client, [] as readonly number[], {
    said: (list, { message }) => [...list, message.id],
  });
  client.connect();
  await clock.advance(1);
  return { page, clock, server, client, store, say };
}

test('it is read outside of components at any time, and tells its listeners once a frame', async () => {
  const { page, client, store, say } = await setUp();
  const told: (readonly [unknown, unknown])[] = [];
  const stop = store.subscribe((state, previous) => told.push([state, previous]));
  say(1, 3);
  expect(store.getState()).toEqual([1, 2, 3]);
  expect(told).toEqual([]);
  await page.frame();
  expect(told).toEqual([[[1, 2, 3], []]]);
  await page.frame();
  expect(page.frames).toBe(0);
  store.update((list) => [0, ...list]);
  expect(told.at(-1)).toEqual([
    [0, 1, 2, 3],
    [1, 2, 3],
  ]);
  stop();
  say(4);
  await page.frame();
  expect(told).toHaveLength(2);
  expect(store.getState()).toHaveLength(5);
  client.dispose();
  expect(statusOf(client.state)).toMatchObject({ state: 'disconnected', isDisconnected: true });
});

test('a reducer that throws loses its message alone', async () => {
  const { client, server, clock } = await setUp();
  const reports: string[] = [];
  client.onReport(({ kind }) => reports.push(kind));
  const store = createStore(client, 0, {
    said(count, { message }) {
      if (message.id === 2) throw new Error('a defect');
      return count + 1;
    },
  });
  for (const id of [1, 2, 3]) server.latest.send('said', { message: { id, text: '' } });
  await clock.advance(1);
  expect(store.getState()).toBe(2);
  expect(reports).toEqual(['handler']);
});

/** What Zustand's `useStore` takes, and does with it. */
interface ReadonlyStoreApi<T> {
  getState: () => T;
  getInitialState: () => T;
  subscribe: (listener: (state: T, prevState: T) => void) => () => void;
}
function useStore<T, U>(api: ReadonlyStoreApi<T>, selector: (state: T) => U): U {
  return useSyncExternalStore(
    api.subscribe,
    () => selector(api.getState()),
    () => selector(api.getInitialState()),
  );
}

test('it has the shape of a Zustand store, and of useSyncExternalStore', async () => {
  const { page, store, say } = await setUp();
  expectTypeOf(store).toExtend<ReadonlyStoreApi<readonly number[]>>();
  let renders = 0;
  const Count = () => {
    renders++;
    const last = useStore(store, (list) => list.at(-1) ?? 0);
    const all = useSyncExternalStore(store.subscribe, store.getState, store.getInitialState);
    return `${last} ${all.length}`;
  };
  expect(renderToString(createElement(Count))).toBe('0 0');
  await page.hydrate('0 0', createElement(Count));
  renders = 0;
  say(1, 100);
  await page.frame();
  expect([page.text(), renders]).toEqual(['100 100', 1]);
  await page.leave();
});

test('reducers are typed by the channel', () => {
  const reducers: Reducers<TalkChannel, string> = {
    said: (_, { message }) => message.text,
    // @ts-expect-error the client sends it
    say: (state) => state,
  };
  expect(reducers.said?.('', { type: 'said', message: { id: 1, text: 'a' } })).toBe('a');
});
