// @vitest-environment happy-dom
import { act, createElement, useEffect } from 'react';
import { useWebSocket as usePeer } from 'react-use-websocket/dist/lib/use-websocket.js';
import { afterEach, expect, test, vi } from 'vitest';
import type { ClientOptions } from '../client/index.ts';
import { createPage } from './fixtures/page.ts';
import { createTalk, type TalkChannel, talkClient } from './fixtures/talk.ts';
import { useClient, useMessages } from './index.ts';

// The same job for both: every message of a flood is kept and shown. react-use-websocket has no list of messages; its
// documentation collects `lastMessage` in an effect.
let page: ReturnType<typeof createPage>;

afterEach(async () => {
  vi.useRealTimers();
  await page.leave();
  vi.unstubAllGlobals();
});

type Job = (kept: Set<number>, options: ClientOptions<TalkChannel>) => void;

const useOurs: Job = (kept, options) => {
  const said = useMessages(useClient(talkClient, options), 'said');
  for (const { message } of said) kept.add(message.id);
};

const useTheirs: Job = (kept) => {
  const { lastJsonMessage } = usePeer<{ message?: { id: number } } | null>('ws://localhost/ws/a/');
  useEffect(() => {
    if (lastJsonMessage?.message) kept.add(lastJsonMessage.message.id);
  }, [lastJsonMessage, kept]);
};

/** How many of 1,000 messages were kept, by how many renders, through how many sockets. */
async function flood(useJob: Job) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  page = createPage();
  const { clock, server, options, say } = createTalk();
  vi.stubGlobal('WebSocket', server.WebSocket);
  const kept = new Set<number>();
  let renders = 0;
  await page.show(
    createElement(() => {
      renders++;
      useJob(kept, options);
      return null;
    }),
  );
  await act(() => clock.advance(1));
  const before = renders;
  // What came in one segment of TCP, and is handed over before anything is drawn.
  await act(async () => say(1, 1000));
  await page.frame();
  return { kept: kept.size, renders: renders - before, sockets: server.connections.length };
}

test('1,000 messages before a frame: all are kept, by one render', async () => {
  expect(await flood(useOurs)).toEqual({ kept: 1000, renders: 1, sockets: 1 });
});

test('react-use-websocket loses them, or renders for each', async () => {
  const { kept, renders, sockets } = await flood(useTheirs);
  expect(sockets).toBe(1);
  expect(kept < 1000 || renders >= 1000).toBe(true);
});
