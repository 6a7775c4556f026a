import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { parlourContract } from './fixtures/parlour.ts';
import { runServerConformance } from './run.ts';
import { targetFromUrl } from './target/target.ts';

const open: WebSocketServer[] = [];

afterAll(() => {
  for (const server of open) {
    for (const socket of server.clients) socket.terminate();
    server.close();
  }
});

const nulls: Record<string, (socket: WebSocket) => void> = {
  silent: () => undefined,
  echo: (socket) => socket.on('message', (data) => socket.send(data.toString())),
  'always an error': (socket) =>
    socket.on('message', () => socket.send(JSON.stringify({ type: 'error', data: { code: 'invalid', text: 'no' } }))),
  flood: (socket) => {
    const texts = ['entered', 'said', 'answer', 'error'].map((type) => JSON.stringify({ type, data: { text: 'x' } }));
    const flood = () => {
      for (const text of texts) socket.send(text);
    };
    // At each message too: however slow the machine, whatever is asked is answered by everything at once.
    socket.on('message', flood);
    flood();
    const timer = setInterval(flood, 20);
    socket.on('close', () => clearInterval(timer));
  },
};

async function passedBy(serve: (socket: WebSocket) => void): Promise<readonly string[]> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  open.push(server);
  server.on('connection', (socket) => {
    socket.on('error', () => undefined);
    serve(socket);
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const names = ['guest-1', 'guest-2', 'guest-3', 'guest-4', 'host'];
  const target = {
    ...targetFromUrl(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`),
    users: names.map((id) => ({ id, name: id, roles: id === 'host' ? ['host'] : [], token: id })),
    run: { parallel: 200, timeoutMs: 10_000 },
  };
  const rules = ['validation/*', 'permission/*', 'request/*', 'delivery/*'];
  const result = await runServerConformance(parlourContract, target, { rules });
  expect(result.harnessError).toBeUndefined();
  return result.cases.filter((one) => one.verdict === 'pass').map((one) => one.instance);
}

describe('a server that does nothing right', () => {
  it.each(Object.keys(nulls))(
    'passes no rule where it is %s, but those of its frames alone',
    async (name) => {
      const passed = await passedBy(nulls[name]!);
      expect(passed.filter((instance) => !instance.startsWith('validation/sent-'))).toEqual([]);
    },
    120_000,
  );
});
