import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock } from './fixtures/fake-clock.ts';
import { HOUR, type Lobby, startLobby } from './fixtures/lobby-server.ts';
import { statusOf, TestSocket } from './fixtures/test-socket.ts';

describe('the opening handshake', () => {
  let lobby: Lobby;
  afterEach(() => lobby.server.close());

  const refusal = async (path: string): Promise<string> => {
    try {
      const socket = await TestSocket.open(lobby.url(path));
      socket.send({ type: 'join' });
      const { code } = await socket.closed;
      return `close ${code}`;
    } catch (error) {
      return (error as Error).message;
    }
  };

  it.each([
    ['an unknown path', '/base/nowhere?token=ok-ada', 'HTTP 404'],
    ['an address without its slash', '/base/rooms/den?token=ok-ada', 'HTTP 404'],
    ['a parameter that breaks its pattern', '/base/rooms/d%20n/?token=ok-ada', 'HTTP 404'],
    ['a parameter that is no valid percent-encoding', '/base/rooms/%E0%A4%A/?token=ok-ada', 'HTTP 404'],
    ['a bad path before a bad token', '/base/rooms/d_n/?token=bad', 'HTTP 404'],
    ['a query parameter that breaks its schema', '/base/rooms/den/?level=0&token=ok-ada', 'HTTP 400'],
    ['a bad query before a bad token', '/base/rooms/den/?level=x&token=bad', 'HTTP 400'],
    ['no token', '/base/rooms/den/', 'HTTP 403'],
    ['an empty token', '/base/rooms/den/?token=', 'HTTP 403'],
    ['a parameter that ends in the name of the token', '/base/rooms/den/?mytoken=ok-ada', 'HTTP 403'],
    ['a repeated token', '/base/rooms/den/?token=ok-ada&token=ok-ada', 'close 4001'],
    ['an invalid token', '/base/rooms/den/?token=bad', 'close 4001'],
    ['an expired token', '/base/rooms/den/?token=expired', 'close 4002'],
    ['an unknown user', '/base/rooms/den/?token=unknown-user', 'close 4003'],
    ['a bad token before a missing room', '/base/rooms/missing/?token=bad', 'close 4001'],
    ['a missing room', '/base/rooms/missing/?token=ok-ada', 'close 4004'],
    ['a closed room', '/base/rooms/closed/?token=ok-ada', 'close 4005'],
    ['a user store that is down', '/base/rooms/den/?token=broken', 'HTTP 500'],
  ])('refuses %s', async (_what, path, expected) => {
    lobby = await startLobby();
    expect(await refusal(path)).toBe(expected);
  });

  it.each([
    ['as a bearer', { authorization: 'Bearer ok-ada' }, ''],
    ['in a cookie', { cookie: 'token=ok-ada' }, ''],
    ['in a header of its name', { token: 'ok-ada' }, ''],
    ['as a subprotocol', { 'sec-websocket-protocol': 'token, ok-ada' }, ''],
    ['under its name in capitals', {}, '?Token=ok-ada'],
    ['in a list of its name', {}, '?token[]=ok-ada'],
    ['behind a question mark too many', {}, '??token=ok-ada'],
    ['in the path', {}, ';token=ok-ada'],
  ])('takes no token %s for one', async (_what, headers, query) => {
    lobby = await startLobby();
    const expected = query.startsWith(';') ? 'HTTP 404' : 'HTTP 403';
    const asked = TestSocket.open(lobby.url(`/base/rooms/den/${query}`), { headers });
    await expect(asked).rejects.toThrow(expected);
  });

  it.each(['ok-ada&token=bad', 'bad&token=ok-ada', 'ok-ada&token=', '&token=ok-ada', 'ok-ada&%74oken=ok-ada'])(
    'takes a token that is given more than once for invalid: %s',
    async (query) => {
      lobby = await startLobby();
      expect(await refusal(`/base/rooms/den/?token=${query}`)).toBe('close 4001');
    },
  );

  it('accepts the same connection without the fault, and offers no compression', async () => {
    lobby = await startLobby({ headers: { 'x-mark': 'yes' } });
    const socket = await TestSocket.open(lobby.url('/base/rooms/den/?level=2&token=ok-ada'));
    expect(await socket.drain()).toEqual([]);
    expect(socket.socket.extensions).toBe('');
  });

  it('negotiates compression where it is asked for, and still delivers in order', async () => {
    lobby = await startLobby({ deflate: true });
    const socket = await lobby.joined('ada');
    expect(socket.socket.extensions).toContain('permessage-deflate');
    socket.send({ type: 'say', text: 'x'.repeat(500) });
    expect(await socket.until('said')).toMatchObject({ text: 'x'.repeat(500) });
  });

  it('sends nothing on a connection that it refuses by closing', async () => {
    lobby = await startLobby();
    const socket = await TestSocket.open(lobby.url('/base/rooms/den/?token=bad'));
    const got: unknown[] = [];
    socket.socket.on('message', (data) => got.push(data));
    socket.send({ type: 'ping' });
    await socket.closed;
    expect(got).toEqual([]);
  });

  it('answers plain HTTP on an address with 426, elsewhere with 404', async () => {
    lobby = await startLobby();
    expect(await statusOf(lobby.url('/base/rooms/den/'))).toBe(426);
    expect(await statusOf(lobby.url('/elsewhere'))).toBe(404);
  });

  it('closes when the token expires while connected, not a moment earlier', async () => {
    const clock = new FakeClock();
    lobby = await startLobby({ clock });
    const socket = await TestSocket.open(lobby.url('/base/rooms/den/?token=short-ada'));
    clock.advance(HOUR - 1);
    expect(await socket.drain()).toEqual([]);
    clock.advance(1);
    expect((await socket.closed).code).toBe(4006);
  });

  it('handles nothing that comes after the token has expired, and is asked again by who returns', async () => {
    const clock = new FakeClock();
    lobby = await startLobby({ clock });
    const ada = await TestSocket.open(lobby.url('/base/rooms/den/?token=short-ada'));
    const bob = await lobby.joined('bob');
    ada.send({ type: 'join' });
    await ada.until('snapshot');
    await bob.until('came');
    clock.advance(HOUR);
    ada.send({ type: 'say', text: 'too late' });
    expect((await ada.closed).code).toBe(4006);
    expect(await bob.until('went')).toMatchObject({ user: 'ada' });
    expect(await bob.drain()).toEqual([]);
    const back = await TestSocket.open(lobby.url('/base/rooms/den/?token=short-ada'));
    expect(await back.drain()).toEqual([]);
  });

  it('leaves no token in a log line', async () => {
    lobby = await startLobby();
    await refusal('/base/rooms/den/?token=broken');
    expect(lobby.log).toHaveLength(1);
    expect(lobby.log[0]?.event).toBe('handshake-failed');
    expect(JSON.stringify(lobby.log)).not.toContain('token=');
  });
});
