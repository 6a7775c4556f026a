import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { lobby } from './fixtures/lobby.ts';
import { lobbyHandlers } from './fixtures/lobby-server.ts';
import { cert, key } from './fixtures/localhost-certificate.ts';
import { statusOf, TestSocket } from './fixtures/test-socket.ts';
import { ContractServer } from './server.ts';

describe('channels on a server that is somebody else’s', () => {
  let http: Server | SecureServer;
  let contract: ContractServer;
  let detach: () => void;
  afterEach(async () => {
    await contract.close();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });

  const make = (): ContractServer =>
    new ContractServer({
      channels: [{ contract: lobby, handlers: lobbyHandlers() }],
      verifier: { verify: async (token) => ({ user: { id: token, name: token }, expiresAt: null }) },
    });

  const listen = async (on: Server | SecureServer): Promise<void> => {
    http = on;
    contract = make();
    detach = contract.attach(http);
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  };

  const start = (handle: RequestListener = (_request, response) => response.end('own')): Promise<void> =>
    listen(createServer(handle));

  const url = (path: string): string => `ws://127.0.0.1:${(http.address() as AddressInfo).port}${path}`;
  const room = '/base/rooms/den/?token=ada';

  it('takes their addresses over, and leaves plain requests to it', async () => {
    await start();
    const socket = await TestSocket.open(url(room));
    socket.send({ type: 'join' });
    expect(await socket.next()).toMatchObject({ type: 'snapshot' });
    for (const path of ['/', '/base/rooms/den/']) {
      const response = await fetch(url(path).replace('ws', 'http'));
      expect(await response.text()).toBe('own');
    }
    await socket.close();
  });

  it('answers plain requests on their addresses where it is asked to', async () => {
    await start((request, response) => {
      if (!contract.answerPlain(request, response)) response.writeHead(204).end();
    });
    expect(await statusOf(url('/base/rooms/den/'))).toBe(426);
    expect(await statusOf(url('/elsewhere'))).toBe(204);
  });

  it('leaves other upgrades to other listeners, those in the form of its addresses apart', async () => {
    await start();
    const others = new WebSocketServer({ noServer: true });
    http.on('upgrade', (request, socket, head) => {
      if (request.url === '/live') others.handleUpgrade(request, socket, head, (client) => client.send('{"own":1}'));
    });
    const socket = await TestSocket.open(url('/live'));
    expect(await socket.next()).toEqual({ own: 1 });
    await socket.close();
    await expect(TestSocket.open(url('/base/rooms/d_n/?token=ada'))).rejects.toThrow('HTTP 404');
    await (await TestSocket.open(url(room))).close();
  });

  it('refuses other upgrades where nobody else would answer them', async () => {
    await start();
    await expect(TestSocket.open(url('/live'))).rejects.toThrow('HTTP 404');
  });

  it('shuts down without closing the server, refuses until it is detached, and then is no part of it', async () => {
    await start();
    const socket = await TestSocket.open(url(room));
    await contract.shutdown();
    expect((await socket.closed).code).toBe(1012);
    await expect(TestSocket.open(url(room))).rejects.toThrow('HTTP 503');
    detach();
    expect(http.listenerCount('upgrade')).toBe(0);
    expect(await statusOf(url('/'))).toBe(200);
  });

  it('is on an https server too', async () => {
    await listen(createSecureServer({ key, cert }));
    const socket = await TestSocket.open(url(room).replace('ws', 'wss'), { ca: cert });
    expect(await socket.drain()).toEqual([]);
    await socket.close();
  });
});
