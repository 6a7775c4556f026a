import { afterEach, describe, expect, it } from 'vitest';
import { type Control, controlHandler, startControl } from './control.ts';
import { type Lobby, startLobby } from './fixtures/lobby-server.ts';

describe('the control door', () => {
  let lobby: Lobby;
  let control: Control;
  afterEach(async () => {
    await control.close();
    await lobby.server.close();
  });

  const start = async (): Promise<void> => {
    lobby = await startLobby();
    control = await startControl({ server: lobby.server, port: 0, nonce: 'n-1' });
  };

  const post = async (path: string, body: unknown): Promise<[number, string]> => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${control.url}${path}`, { method: 'POST', body: text });
    const answer = (await response.json()) as { error?: string };
    return [response.status, answer.error ?? ''];
  };

  it('publishes to a room, to users and to everyone', async () => {
    await start();
    const ada = await lobby.joined('ada');
    const message = { type: 'said', text: 'from within', seq: 99 };
    expect(await post('/publish', { channel: 'lobby', message, room: 'den' })).toEqual([200, '']);
    expect(await ada.next()).toMatchObject({ type: 'said', text: 'from within', seq: 1 });
    expect(await post('/publish', { channel: 'lobby', message: 'poked', users: ['ada'] })).toEqual([200, '']);
    expect(await ada.next()).toEqual({ type: 'poked' });
    const announced = { hook: 'publish', channel: 'lobby', message: 'announced', payload: { text: 'hear' } };
    expect(await post('/', announced)).toEqual([200, '']);
    expect(await ada.next()).toEqual({ type: 'announced', text: 'hear' });
  });

  it.each([
    ['/publish', '{', 400, 'not JSON'],
    ['/publish', '[]', 400, 'not a JSON object'],
    ['/publish', {}, 400, '"channel" is missing'],
    ['/publish', { channel: 'none' }, 400, 'no channel "none"'],
    ['/publish', { channel: 'lobby' }, 400, '"message" is missing'],
    ['/publish', { channel: 'lobby', message: 'nothing' }, 400, 'no server message "nothing"'],
    ['/publish', { channel: 'lobby', message: { type: 'say' } }, 400, 'no server message'],
    ['/publish', { channel: 'lobby', message: { type: 'said', text: 'x' } }, 400, '"room" is missing'],
    ['/publish', { channel: 'lobby', message: { type: 'said' }, room: 'den' }, 400, 'breaks its schema at "/text"'],
    ['/publish', { channel: 'lobby', message: 'poked' }, 400, '"users" is missing'],
    ['/publish', { channel: 'lobby', message: 'pong' }, 501, 'is direct'],
    ['/expire-token', {}, 400, '"user" is missing'],
    ['/drop', { user: [] }, 400, '"user" is not a string'],
    ['/', { hook: 'explode' }, 400, '"hook" is none of'],
    ['/explode', {}, 404, 'There is no /explode'],
  ])('refuses %s %o with %i and a sentence', async (path, body, status, words) => {
    await start();
    const [given, sentence] = await post(path, body);
    expect([given, sentence]).toEqual([status, expect.stringContaining(words)]);
  });

  it('cuts, expires, restarts on the same port, and says who it is', async () => {
    await start();
    const [ada, bob, cleo] = [await lobby.joined('ada'), await lobby.joined('bob'), await lobby.joined('cleo')];
    await post('/expire-token', { user: 'ada' });
    expect((await ada.closed).code).toBe(4006);
    await post('/drop', { user: 'bob' });
    expect((await bob.closed).code).toBe(1006);
    const { port } = lobby.server;
    expect(await post('/restart', {})).toEqual([200, '']);
    expect((await cleo.closed).code).toBe(1012);
    expect(lobby.server.port).toBe(port);
    await lobby.joined('cleo');
    expect(await (await fetch(`${control.url}/identity`)).json()).toEqual({ nonce: 'n-1' });
    expect((await fetch(`${control.url}/ready`)).status).toBe(200);
  });
});

describe('the door on the port of the server itself', () => {
  it('answers a restart, on the connection that asked, when it is done', async () => {
    const lobby: Lobby = await startLobby({
      http: (request, response) => controlHandler({ server: lobby.server, nonce: 'n-1' })(request, response),
    });
    const ada = await lobby.joined('ada');
    const { port } = lobby.server;
    const response = await fetch(`http://127.0.0.1:${port}/control/restart`, { method: 'POST', body: '{}' });
    expect([response.status, await response.json()]).toEqual([200, { done: true }]);
    expect(response.headers.get('connection')).toBe('close');
    expect((await ada.closed).code).toBe(1012);
    expect(lobby.server.port).toBe(port);
    await lobby.joined('ada');
    const again = await fetch(`http://127.0.0.1:${port}/control`, { method: 'POST', body: '{"hook":"restart"}' });
    expect(again.status).toBe(200);
    await lobby.server.close();
    await expect(fetch(`http://127.0.0.1:${port}/control/ready`)).rejects.toThrow();
  });
});
