import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock } from './fixtures/fake-clock.ts';
import { lobbyTable } from './fixtures/lobby.ts';
import { type Lobby, startLobby } from './fixtures/lobby-server.ts';

describe('a message that fails a check', () => {
  let lobby: Lobby;
  afterEach(() => lobby.server.close());

  it.each([
    ['not JSON', '{', { code: 'malformed' }],
    ['an array', '[]', { code: 'malformed' }],
    ['null', 'null', { code: 'malformed' }],
    ['an empty text', '', { code: 'malformed' }],
    ['no type', '{"id":"a"}', { code: 'invalid', pointer: '/type', id: 'a' }],
    ['a type that is no string', '{"type":1}', { code: 'invalid', pointer: '/type' }],
    ['an unknown type', '{"type":"shout","id":"b"}', { code: 'unknown-type', id: 'b' }],
    ['a type that every object inherits', '{"type":"constructor"}', { code: 'unknown-type' }],
    ['a missing property', '{"type":"say","id":"c"}', { code: 'invalid', pointer: '/text', id: 'c' }],
    ['a room not joined', '{"type":"say","text":"x","id":"d"}', { code: 'not-joined', id: 'd' }],
    ['membership before permission', '{"type":"announce"}', { code: 'not-joined' }],
    ['an exception of the handler', '{"type":"fail","id":"e"}', { code: 'internal', id: 'e' }],
    ['a direct message sent to a room', '{"type":"fail","how":"wrong-way"}', { code: 'internal' }],
    ['a room message sent to one connection', '{"type":"fail","how":"too-wide"}', { code: 'internal' }],
  ])('answers %s and stays open', async (_what, text, expected) => {
    lobby = await startLobby();
    const socket = await lobby.open('ada');
    socket.send(text);
    const answer = await socket.next();
    expect(answer).toMatchObject({ type: 'error', ...expected });
    expect(await socket.drain()).toEqual([]);
  });

  it('leaves out an id that the error cannot carry', async () => {
    lobby = await startLobby();
    const socket = await lobby.open('ada');
    socket.send({ type: 'say', id: 7, text: 'x' });
    const answer = await socket.next();
    expect(answer).toMatchObject({ type: 'error', code: 'invalid', pointer: '/id' });
    expect(answer).not.toHaveProperty('id');
  });

  it('answers a missing role with the error of the requirement', async () => {
    lobby = await startLobby();
    const socket = await lobby.joined('ada');
    socket.send({ type: 'announce' });
    expect(await socket.until('error')).toMatchObject({ code: 'forbidden' });
  });

  it('never shows the text of an exception, and logs it without tokens', async () => {
    lobby = await startLobby();
    const socket = await lobby.open('ada');
    socket.send({ type: 'fail' });
    expect(JSON.stringify(await socket.next())).not.toContain('secret');
    expect(lobby.log[0]).toMatchObject({ event: 'handler-failed', channel: 'lobby' });
    expect(lobby.log[0]?.detail).toContain('secret detail [token]');
  });

  it('has no effect and uses no number', async () => {
    lobby = await startLobby();
    const ada = await lobby.joined('ada');
    ada.send({ type: 'say', text: 'refused' });
    ada.send({ type: 'say', text: 'heard' });
    expect(await ada.drain()).toMatchObject([
      { type: 'error', code: 'not-found', pointer: '/text' },
      { type: 'said', text: 'heard', seq: 1 },
    ]);
  });
});

describe('the limits', () => {
  let lobby: Lobby;
  afterEach(() => lobby.server.close());

  it('take a message of exactly the size, fragments included, and end the connection at a byte more', async () => {
    lobby = await startLobby();
    const socket = await lobby.joined('ada');
    const frame = (bytes: number): string => {
      const empty = JSON.stringify({ type: 'say', text: '' }).length;
      return JSON.stringify({ type: 'say', text: 'x'.repeat(bytes - empty) });
    };
    const exact = frame(1024);
    socket.socket.send(exact.slice(0, 500), { fin: false });
    socket.socket.send(exact.slice(500), { fin: true });
    expect(await socket.until('said')).toMatchObject({ seq: 1 });
    const long = frame(1025);
    socket.socket.send(long.slice(0, 1000), { fin: false });
    socket.socket.send(long.slice(1000), { fin: true });
    expect((await socket.closed).code).toBe(1009);
  });

  it('use the code of the contract, not that of the library', async () => {
    const limits = { ...lobbyTable.limits, message: { bytes: 100, code: 4009 }, encoding: { code: 4007 } };
    lobby = await startLobby({ table: { limits } });
    const big = await lobby.open('ada');
    big.send('x'.repeat(101));
    expect((await big.closed).code).toBe(4009);
    const garbled = await lobby.open('ada');
    garbled.socket.send(Buffer.from([0xc3, 0x28]), { binary: false });
    expect((await garbled.closed).code).toBe(4007);
  });

  it('end a connection that sends bytes or invalid UTF-8', async () => {
    lobby = await startLobby();
    const binary = await lobby.open('ada');
    binary.socket.send(Buffer.from('{"type":"ping"}'));
    expect((await binary.closed).code).toBe(1003);
    const garbled = await lobby.open('ada');
    garbled.socket.send(Buffer.from([0xff]), { binary: false });
    expect((await garbled.closed).code).toBe(1007);
  });

  it('drop what is over the rate, forgive after a pause, and end at the last strike in a row', async () => {
    const clock = new FakeClock();
    lobby = await startLobby({ clock });
    const socket = await lobby.open('ada');
    for (let n = 0; n < 22; n++) socket.send({ type: 'ping', id: `a${n}` });
    const answers = [];
    for (let n = 0; n < 22; n++) answers.push(await socket.next());
    expect(answers.slice(0, 20).every(({ type }) => type === 'pong')).toBe(true);
    expect(answers.slice(20)).toMatchObject([
      { type: 'error', code: 'rate-limited', id: 'a20' },
      { type: 'error', code: 'rate-limited', id: 'a21' },
    ]);
    clock.advance(100);
    socket.send({ type: 'ping', id: 'b' });
    expect(await socket.next()).toMatchObject({ type: 'pong', id: 'b' });
    for (let n = 0; n < 3; n++) socket.send('{');
    expect(await socket.next()).toMatchObject({ code: 'rate-limited' });
    expect(await socket.next()).toMatchObject({ code: 'rate-limited' });
    expect((await socket.closed).code).toBe(4029);
  });

  it('cut off a connection that does not read, and no other', async () => {
    lobby = await startLobby({ table: { limits: { ...lobbyTable.limits, rate: null, message: null } } });
    const reader = await lobby.joined('ada');
    const sleeper = await lobby.joined('bob');
    sleeper.socket.pause();
    const text = 'x'.repeat(100_000);
    // Until the kernel takes no more for the sleeper, and the limit is reached behind it.
    for (let n = 0; n < 400 && lobby.server.channel('lobby')!.sessions.size === 2; n++) {
      reader.send({ type: 'say', text });
      await reader.until('said');
    }
    expect(lobby.server.channel('lobby')!.sessions.size).toBe(1);
    sleeper.socket.resume();
    expect((await sleeper.closed).code).toBe(1013);
    await reader.drain();
  });
});

describe('the messages of one connection', () => {
  let lobby: Lobby;
  afterEach(() => lobby.server.close());

  it('are answered in order, however long a handler takes', async () => {
    let release = (): void => {};
    lobby = await startLobby({
      gate: new Promise((resolve) => {
        release = resolve;
      }),
    });
    const socket = await lobby.open('ada');
    const other = await lobby.open('bob');
    socket.send({ type: 'slow', id: 'first' });
    socket.send({ type: 'ping', id: 'second' });
    expect(await other.drain()).toEqual([]);
    release();
    expect(await socket.next()).toMatchObject({ type: 'ack', id: 'first' });
    expect(await socket.next()).toMatchObject({ type: 'pong', id: 'second' });
  });

  it('are handled though it has gone meanwhile', async () => {
    lobby = await startLobby();
    const ada = await lobby.joined('ada');
    const bob = await lobby.joined('bob');
    bob.send({ type: 'say', text: 'and goodbye' });
    await bob.close();
    expect(await ada.until('said')).toMatchObject({ text: 'and goodbye' });
    expect(await ada.until('went')).toMatchObject({ user: 'bob' });
  });

  it('echo in a pong what the ping had, and nothing where it had none', async () => {
    lobby = await startLobby();
    const socket = await lobby.open('ada');
    socket.send({ type: 'ping', at: 5, id: 'p' });
    expect(await socket.next()).toEqual({ type: 'pong', at: 5, id: 'p' });
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
  });
});
