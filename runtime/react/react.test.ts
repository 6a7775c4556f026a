// @vitest-environment happy-dom
import { act, createElement, type FunctionComponent, StrictMode, useEffect } from 'react';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createPage } from './fixtures/page.ts';
import { createTalk, type TalkChannel, talkClient } from './fixtures/talk.ts';
import {
  createClientContext,
  useChannelState,
  useClient,
  useConnection,
  useConnectionIndicator,
  useLastMessage,
  useMessages,
  useWebSocket,
  useWebSocketReports,
  useWebSocketRequest,
  useWebSocketSend,
  useWebSocketStatus,
  useWebSocketSubscription,
} from './index.ts';

let page: ReturnType<typeof createPage>;

function setUp(...given: Parameters<typeof createTalk>) {
  page = createPage();
  const talk = createTalk(...given);
  const pass = (ms: number) => act(() => talk.clock.advance(ms));
  return { ...talk, pass, show: (component: FunctionComponent) => page.show(createElement(component)) };
}

afterEach(async () => {
  vi.useRealTimers();
  await page.leave();
  vi.unstubAllGlobals();
});

const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('messages', () => {
  test('1,000 messages in one frame are one render, and none is lost', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { options, say, pass, show } = setUp();
    const seen: number[][] = [];
    const heard: number[] = [];
    await show(() => {
      const client = useClient(talkClient, options);
      useWebSocketSubscription(client, 'said', ({ message }) => heard.push(message.id));
      seen.push(useMessages(client, 'said').map(({ message }) => message.id));
      return null;
    });
    await pass(1);
    const before = seen.length;
    // Each a task of its own, as a browser hands them over.
    for (const id of range(1000)) await act(async () => say(id));
    expect(seen).toHaveLength(before);
    expect(heard).toEqual(range(1000));
    expect(page.frames).toBe(1);
    await page.frame();
    expect(seen).toHaveLength(before + 1);
    expect(seen.at(-1)).toEqual(range(1000));
  });

  test('only the newest are kept; another room begins anew', async () => {
    const { options, server, say, pass } = setUp();
    let seen: number[] = [];
    const Room = ({ room }: { room: string }) => {
      const client = useClient(talkClient, { ...options, parameters: { room_id: room } });
      seen = useMessages(client, 'said', 3).map(({ message }) => message.id);
      return null;
    };
    await page.show(createElement(Room, { room: 'a' }));
    await pass(1);
    say(1, 5);
    await page.frame();
    expect(seen).toEqual([3, 4, 5]);
    await page.show(createElement(Room, { room: 'b' }));
    await pass(1);
    expect(seen).toEqual([]);
    expect(server.connections.map(({ url }) => new URL(url).pathname)).toEqual(['/ws/a/', '/ws/b/']);
    await vi.waitFor(() => expect(server.connections[0]!.closedWith).toBe(1000));
  });

  test('a hidden page has no frames, and follows all the same', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { options, say, pass, show } = setUp();
    await show(() => {
      const last = useLastMessage(useClient(talkClient, options), 'said');
      return last?.message.text ?? 'none';
    });
    await pass(1);
    say(1, 2);
    expect(page.text()).toBe('none');
    await act(() => vi.advanceTimersByTimeAsync(100));
    expect(page.text()).toBe('m2');
    expect(page.frames).toBe(0);
  });

  test('state takes in several types and changes of its own; handlers written inline never go stale', async () => {
    const { options, server, say, pass, show } = setUp();
    let update: (change: (all: string[]) => string[]) => void = () => {};
    let renders = 0;
    await show(() => {
      const client = useClient(talkClient, options);
      const mark = `@${++renders}`;
      const [all, change] = useChannelState(client, [] as string[], {
        said: (list, { message }) => [...list, message.text + mark],
        loaded: (list, { items }) => [...items, ...list],
      });
      update = change;
      return all.join(' ');
    });
    await pass(1);
    say(1);
    server.latest.send('loaded', { items: ['old'] });
    await page.frame();
    expect(page.text()).toBe('old m1@1');
    await act(async () => update((all) => [...all, 'own']));
    expect(page.text()).toBe('old m1@1 own');
    say(2);
    await page.frame();
    expect(page.text()).toBe('old m1@1 own m2@3');
  });
});

describe('one connection', () => {
  test('StrictMode opens one socket, and the last unmount closes it', async () => {
    const { options, server, pass } = setUp();
    const [Provider, useTalk] = createClientContext(talkClient);
    const Name = () => useWebSocketStatus(useTalk()).state;
    const provider = createElement(Provider, options, createElement(Name), createElement(Name));
    await page.show(createElement(StrictMode, null, provider));
    await new Promise((resolve) => setTimeout(resolve));
    await pass(1);
    expect(server.connections).toHaveLength(1);
    expect(server.latest).toMatchObject({ readyState: 1, closedWith: undefined, token: 't' });
    expect(page.text()).toBe('connectedconnected');
    await page.leave();
    expect(server.latest.closedWith).toBe(1000);
    expect(server.connections).toHaveLength(1);
  });

  test('a client made outside is connected by the first user and closed after the last', async () => {
    const { options, server, pass } = setUp();
    const client = talkClient(options);
    const User = () => {
      useConnection(client);
      return null;
    };
    const users = (...keys: string[]) =>
      createElement(
        'p',
        null,
        keys.map((key) => createElement(User, { key })),
      );
    await page.show(users('a', 'b'));
    await pass(1);
    await page.show(users('b'));
    await page.show(users('c'));
    await new Promise((resolve) => setTimeout(resolve));
    expect(server.connections).toHaveLength(1);
    expect(client.state.name).toBe('connected');
    await page.show(users());
    await vi.waitFor(() => expect(client.state.name).not.toBe('connected'));
    await page.show(users('d'));
    await pass(1);
    expect(client.state.name).toBe('connected');
    expect(server.connections).toHaveLength(2);
  });

  test('autoConnect false waits for connect(); a stop is left by nothing else', async () => {
    const { options, server, pass } = setUp();
    const client = talkClient(options);
    const [Provider, useTalk] = createClientContext(talkClient);
    const Name = () => {
      const { state, connect, error } = useWebSocket(useTalk());
      return createElement('button', { onClick: connect }, state, error?.reason, error?.code);
    };
    const show = (key: string, autoConnect: boolean) =>
      page.show(createElement(Provider, { client, key, autoConnect }, createElement(Name)));
    await show('a', false);
    await pass(1);
    expect(server.connections).toEqual([]);
    expect(page.text()).toBe('disconnected');
    await act(async () => page.container.querySelector('button')!.click());
    await pass(1);
    expect(page.text()).toBe('connected');
    await act(async () => server.latest.close(4003));
    expect(page.text()).toBe('failedstop-code4003');
    await show('b', true);
    await pass(100_000);
    expect(server.connections).toHaveLength(1);
    await act(async () => page.container.querySelector('button')!.click());
    await pass(1);
    expect(page.text()).toBe('connected');
  });

  test('the token provider and the report handler are those of the last render', async () => {
    const { options, server, pass } = setUp();
    const reports: string[] = [];
    const Room = ({ name }: { name: string }) => {
      const client = useClient(talkClient, { ...options, token: () => name });
      useWebSocketReports(client, ({ kind }) => reports.push(name, kind));
      return null;
    };
    await page.show(createElement(Room, { name: 'a' }));
    await pass(1);
    await page.show(createElement(Room, { name: 'b' }));
    server.latest.sendRaw('no JSON');
    server.latest.close(1006);
    await pass(2000);
    expect(server.connections.map(({ token }) => token)).toEqual(['a', 'b']);
    expect(reports).toEqual(['b', 'malformed']);
  });

  test('a component outside of the provider is told so', async () => {
    setUp();
    const [, useTalk] = createClientContext(talkClient);
    vi.spyOn(console, 'error').mockImplementation(() => {});
    await expect(page.show(createElement(() => useTalk().state.name))).rejects.toThrow(
      'render this below its provider',
    );
  });
});

describe('status', () => {
  test('the whole of it, through loss and return', async () => {
    const { options, server, pass, show } = setUp();
    const seen: unknown[] = [];
    await show(() => {
      const status = useWebSocketStatus(useClient(talkClient, options));
      useEffect(() => void seen.push(status), [status]);
      return null;
    });
    await pass(1);
    await act(async () => server.latest.close(1006));
    server.handshake = 'refuse';
    await pass(1000);
    server.handshake = 'accept';
    await pass(20_000);
    const no = { isConnected: false, isConnecting: false, isReconnecting: false, isDisconnected: false };
    const lost = { state: 'reconnecting', ...no, isReconnecting: true, hasError: true, isAuthenticated: false };
    expect(seen).toMatchObject([
      { state: 'disconnected', ...no, isDisconnected: true, hasError: false, lastConnectedAt: undefined },
      { state: 'connecting', ...no, isConnecting: true },
      { state: 'connected', ...no, isConnected: true, isAuthenticated: false },
      { state: 'connected', ...no, isConnected: true, isAuthenticated: true, lastConnectedAt: 946684800000 },
      { ...lost, error: { reason: 'lost', code: 1006 }, reconnectAttempts: 0, retryAt: expect.any(Number) },
      { ...lost, reconnectAttempts: 1, retryAt: undefined },
      { ...lost, reconnectAttempts: 1, retryAt: expect.any(Number) },
      { ...lost, reconnectAttempts: 2 },
      { state: 'connected', hasError: false, isAuthenticated: false, reconnectAttempts: 2 },
      { state: 'connected', hasError: false, isAuthenticated: true, reconnectAttempts: 2 },
      { state: 'connected', reconnectAttempts: 0 },
    ]);
  });

  test('the indicator ignores a hiccup, shows a wait and, at once, a failure', async () => {
    const { options, server, pass, show } = setUp();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await show(() => {
      const { showIndicator, status } = useConnectionIndicator(useClient(talkClient, options), 3000);
      return `${showIndicator} ${status}`;
    });
    const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
    await pass(1);
    await act(async () => server.latest.close(1006));
    await wait(2999);
    expect(page.text()).toBe('false reconnecting');
    await pass(2000);
    await wait(10_000);
    expect(page.text()).toBe('false connected');
    await act(async () => server.latest.close(1006));
    await wait(3000);
    expect(page.text()).toBe('true reconnecting');
    await pass(2000);
    expect(page.text()).toBe('false connected');
    await act(async () => server.latest.close(4003));
    expect(page.text()).toBe('true failed');
  });
});

test('everything about a connection at one place', async () => {
  const { options, say, server, pass, show } = setUp();
  const client = talkClient(options);
  const heard: number[] = [];
  let all: ReturnType<typeof useWebSocket<TalkChannel, 'type', 'id' | 'timestamp'>> | undefined;
  await show(() => {
    useConnection(client);
    all = useWebSocket(client);
    return all.state;
  });
  const { send, request, subscribe, connect, disconnect } = all!;
  await pass(1);
  const stop = subscribe('said', ({ message }) => heard.push(message.id));
  say(1, 2);
  stop();
  say(3);
  expect(heard).toEqual([1, 2]);
  expect([send, request]).toEqual([client.send, client.request]);
  await act(async () => disconnect());
  await pass(1);
  expect(page.text()).toBe('disconnected');
  expect(server.latest.closedWith).toBe(1000);
  await act(async () => connect());
  await pass(1);
  expect(page.text()).toBe('connected');
  expect(all).toMatchObject({ send, request, subscribe, connect, disconnect });
});

describe('sending', () => {
  test('isSending until it came back; isLoading until the answer; an error until the next call', async () => {
    const { options, server, pass, show } = setUp();
    let send = talkClient(options).send;
    let request = talkClient(options).request;
    await show(() => {
      const client = useClient(talkClient, options);
      const sending = useWebSocketSend(client);
      const asking = useWebSocketRequest(client);
      ({ send } = sending);
      ({ request } = asking);
      const failed = sending.error?.code ?? asking.error?.code ?? '';
      return `${sending.isSending} ${asking.isLoading} ${failed}`;
    });
    await pass(1);
    await act(async () => void send('say', { text: 'a', id: 'x' }));
    expect(page.text()).toBe('true false ');
    await act(async () => server.latest.send('said', { message: { id: 1, text: 'a', client_id: 'x' } }));
    expect(page.text()).toBe('false false ');
    let reply: unknown;
    await act(async () => void request('load', { id: 'y' }).then((message) => (reply = message)));
    expect(page.text()).toBe('false true ');
    await act(async () => server.latest.send('loaded', { id: 'y', items: ['z'] }));
    expect(page.text()).toBe('false false ');
    expect(reply).toMatchObject({ items: ['z'] });
    await act(async () => void request('load'));
    await act(async () => server.latest.close(1006));
    expect(page.text()).toBe('false false disconnected');
  });
});
