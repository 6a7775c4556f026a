import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { scaled } from '../testing/index.ts';
import type { AnyChannel } from './fixtures/stage.ts';
import { accepting, feed } from './fixtures/tables.ts';
import { type Client, type CommonOptions, createClient, type Snapshot } from './index.ts';

let server: WebSocketServer;
let client: Client<AnyChannel>;

afterEach(() => {
  client.dispose();
  for (const socket of server.clients) socket.terminate();
  server.close();
});

async function serve(options: CommonOptions = {}): Promise<void> {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  client = createClient<AnyChannel>(scaled(feed, 0.02), accepting('NEWS', 'PING'), {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/base/`,
    parameters: {},
    query: {},
    WebSocket,
    token: () => Promise.resolve('a b'),
    ...options,
  });
}

/** Resolves when the state is as wanted. */
const until = (isWanted: (state: Snapshot) => boolean): Promise<void> =>
  new Promise((resolve) => {
    const end = client.subscribe(() => {
      if (!isWanted(client.state)) return;
      end();
      resolve();
    });
  });

test('over a real socket: address, messages, a lost connection, close', async () => {
  await serve();
  const sent = client.send('NOTE', { n: 1 });
  const accepted = once(server, 'connection');
  client.connect();
  const [socket, request] = await accepted;
  expect(request.url).toBe('/base/ws/?accessToken=a+b');
  const [data] = await once(socket, 'message');
  expect(JSON.parse(String(data))).toEqual({ type: 'NOTE', n: 1 });
  await sent;

  const heard = new Promise((resolve) => client.on('NEWS', resolve));
  socket.send(Buffer.from([1]));
  socket.send('{"type":"NEWS","n":2}');
  expect(await heard).toEqual({ type: 'NEWS', n: 2 });

  const again = once(server, 'connection');
  socket.terminate();
  const [next] = await again;
  await until(({ ready }) => ready);
  const ended = once(next, 'close');
  client.close();
  const [code] = await ended;
  expect(code).toBe(1000);
  expect(client.state.name).toMatch('clos');
});

test('an attempt that is given up during the handshake throws nowhere', async () => {
  await serve();
  const handshake = new Promise<(isAccepted: boolean) => void>((resolve) => {
    server.options.verifyClient = (_: unknown, answer: (isAccepted: boolean) => void) => resolve(answer);
  });
  client.connect();
  const answer = await handshake;
  client.close();
  answer(true);
  expect(client.state).toMatchObject({ name: 'closed', reason: 'requested' });
});

test('a refused handshake is a failed attempt', async () => {
  await serve({ token: 'x' });
  server.options.verifyClient = () => false;
  const refused = until(({ name }) => name === 'closed');
  client.connect();
  await refused;
  expect(client.state).toMatchObject({ reason: 'attempts', attempt: 20, code: 1006 });
});

test('without a WebSocket, connect() says so', async () => {
  await serve();
  const global = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');
  Object.defineProperty(globalThis, 'WebSocket', { value: undefined, configurable: true, writable: true });
  try {
    const other = createClient<AnyChannel>(feed, accepting(), { url: 'ws://127.0.0.1', parameters: {}, query: {} });
    expect(() => other.connect()).toThrow('no WebSocket');
  } finally {
    if (global) Object.defineProperty(globalThis, 'WebSocket', global);
  }
});
