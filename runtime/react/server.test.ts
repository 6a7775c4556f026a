import { createElement, useEffect } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, expect, test, vi } from 'vitest';
import { createTalk, talkClient } from './fixtures/talk.ts';
import {
  createClientContext,
  createStore,
  useChannelState,
  useConnectionIndicator,
  useLastMessage,
  useMessages,
  useWebSocket,
  useWebSocketRequest,
  useWebSocketSend,
  useWebSocketSubscription,
} from './index.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

test('a server renders, without a window, and touches nothing', () => {
  expect('window' in globalThis || 'document' in globalThis).toBe(false);
  const { environment, server } = createTalk();
  const touched: string[] = [];
  const touch = (name: string) => () => {
    touched.push(name);
    return name;
  };
  for (const name of ['WebSocket', 'requestAnimationFrame', 'addEventListener', 'setTimeout', 'setInterval'])
    vi.stubGlobal(name, touch(name));
  const [Provider, useTalk] = createClientContext(talkClient);
  const Room = () => {
    const client = useTalk();
    useWebSocketSubscription(client, 'said', touch('said'));
    useEffect(() => void touch('effect')());
    const { state } = useWebSocket(client);
    const { showIndicator } = useConnectionIndicator(client);
    const { isSending } = useWebSocketSend(client);
    const { isLoading } = useWebSocketRequest(client);
    const [count] = useChannelState(client, 7, { said: (n) => n + 1 });
    const messages = useMessages(client, 'said');
    return [state, showIndicator, isSending, isLoading, count, messages.length, useLastMessage(client, 'said')].join();
  };
  const options = { parameters: { room_id: 'a' }, token: touch('token') };
  expect(renderToString(createElement(Provider, options, createElement(Room)))).toBe(
    'disconnected,false,false,false,7,0,',
  );
  expect(touched).toEqual([]);
  expect([environment.listeners, server.connections.length]).toEqual([0, 0]);
});

test('what a server renders is what it began with, however far the client is', async () => {
  const { clock, server, options } = createTalk();
  const client = talkClient(options);
  const store = createStore(client, ['none'], { said: (list, { message }) => [...list, message.text] });
  const [Provider, useTalk] = createClientContext(talkClient);
  const Name = () => useWebSocket(useTalk()).state;
  client.connect();
  await clock.advance(1);
  server.latest.send('said', { message: { id: 1, text: 'a' } });
  expect(client.state.name).toBe('connected');
  expect(renderToString(createElement(Provider, { client }, createElement(Name)))).toBe('disconnected');
  expect([store.getInitialState(), store.getState()]).toEqual([['none'], ['none', 'a']]);
  client.dispose();
});
