import { afterEach, describe, expect, it } from 'vitest';
import { lobbyTable } from './fixtures/lobby.ts';
import { type Lobby, startLobby } from './fixtures/lobby-server.ts';
import type { TestSocket } from './fixtures/test-socket.ts';

describe('delivery', () => {
  let lobby: Lobby;
  afterEach(() => lobby.server.close());

  const words: [string, object, string, Record<string, number>][] = [
    ['room', { type: 'say', text: 'x' }, 'said', { sender: 1, tab: 1, peer: 1, case: 0, prefix: 0, gone: 0 }],
    ['others', { type: 'see' }, 'seen', { sender: 0, tab: 1, peer: 1, case: 0, prefix: 0, gone: 0 }],
    ['other-users', { type: 'type' }, 'typing', { sender: 0, tab: 0, peer: 1, case: 0, prefix: 0, gone: 0 }],
    ['user', { type: 'poke', user: 'bob' }, 'poked', { sender: 0, tab: 0, peer: 1, case: 1, prefix: 0, gone: 0 }],
    ['everyone', { type: 'announce' }, 'announced', { sender: 1, tab: 1, peer: 1, case: 1, prefix: 1, gone: 1 }],
    ['direct', { type: 'ping', id: 'mine' }, 'pong', { sender: 1, tab: 0, peer: 0, case: 0, prefix: 0, gone: 0 }],
  ];

  it.each(words)('to %s reaches exactly those, once', async (_word, message, type, expected) => {
    lobby = await startLobby();
    const parties: Record<string, TestSocket> = {
      sender: await lobby.joined('root', 'den'),
      tab: await lobby.joined('root', 'den'),
      peer: await lobby.joined('bob', 'den'),
      case: await lobby.joined('bob', 'DEN'),
      prefix: await lobby.joined('cleo', 'den1'),
      gone: await lobby.joined('dan', 'den'),
    };
    parties.gone!.send({ type: 'leave' });
    for (const party of Object.values(parties)) await party.drain();
    parties.sender!.send(message);
    await parties.sender!.drain().then((got) => {
      expect(got.filter((one) => one.type === type)).toHaveLength(expected.sender!);
    });
    for (const [name, party] of Object.entries(parties)) {
      if (name === 'sender') continue;
      const got = await party.drain();
      expect([name, got.filter((one) => one.type === type).length]).toEqual([name, expected[name]]);
    }
  });

  it('gives everyone in a room the same order', async () => {
    lobby = await startLobby({ table: { limits: { ...lobbyTable.limits, rate: null } } });
    const sockets = await Promise.all(['ada', 'bob', 'cleo'].map((user) => lobby.joined(user)));
    for (let n = 0; n < 30; n++) for (const socket of sockets) socket.send({ type: 'say', text: `${n}` });
    // The answer to a later ping of each comes after all that it sent was handled.
    const heard = await Promise.all(
      sockets.map(async (socket) => {
        const got: unknown[] = [];
        while (got.length < 90) got.push((await socket.until('said')).seq);
        return got;
      }),
    );
    for (const numbers of heard) expect(numbers).toEqual(Array.from({ length: 90 }, (_, index) => index + 1));
  });

  it('never takes from a client what the server adds, nor relays what it does not know', async () => {
    lobby = await startLobby();
    const socket = await lobby.joined('ada');
    socket.send({ type: 'say', text: 'x', from: 'root', seq: 99, at: 'never', extra: 1 });
    const said = await socket.until('said');
    expect(Object.keys(said).sort()).toEqual(['at', 'from', 'seq', 'text', 'type']);
    expect(said).toMatchObject({ from: 'ada', seq: 1 });
  });
});

describe('rooms', () => {
  let lobby: Lobby;
  afterEach(() => lobby.server.close());

  it('can be several for one connection, chosen by the selector', async () => {
    lobby = await startLobby();
    const ada = await lobby.joined('ada');
    ada.send({ type: 'join', room: 'attic' });
    await ada.until('snapshot');
    const bob = await lobby.joined('bob', 'attic');
    await ada.until('came');
    bob.send({ type: 'say', text: 'up here' });
    expect(await ada.until('said')).toMatchObject({ text: 'up here' });
    ada.send({ type: 'say', text: 'hello', room: 'attic' });
    expect(await bob.until('said')).toMatchObject({ text: 'up here' });
    expect(await bob.until('said')).toMatchObject({ text: 'hello', seq: 2 });
    ada.send({ type: 'leave', room: 'attic' });
    ada.send({ type: 'say', text: 'gone', room: 'attic' });
    expect(await ada.until('error')).toMatchObject({ code: 'not-joined' });
  });

  it('refuse whom the handlers refuse', async () => {
    lobby = await startLobby();
    const ada = await lobby.joined('ada');
    ada.send({ type: 'join', room: 'closed' });
    expect(await ada.until('error')).toMatchObject({ code: 'forbidden', pointer: '/room' });
    ada.send({ type: 'say', text: 'x', room: 'closed' });
    expect(await ada.until('error')).toMatchObject({ code: 'not-joined' });
  });

  it('can be bound to the address', async () => {
    const room = { ...lobbyTable.room!, join: { type: 'join', room: '/room', onlyAddress: true } };
    lobby = await startLobby({ table: { room } });
    const ada = await lobby.open('ada');
    ada.send({ type: 'join', room: 'DEN' });
    expect(await ada.next()).toMatchObject({ code: 'room-mismatch', pointer: '/room' });
    ada.send({ type: 'join', room: 'den' });
    expect(await ada.next()).toMatchObject({ type: 'snapshot' });
  });

  it('are joined on opening where the contract says so', async () => {
    lobby = await startLobby({ table: { room: { ...lobbyTable.room!, joinOnOpen: true } } });
    const ada = await lobby.open('ada');
    expect(await ada.next()).toMatchObject({ type: 'snapshot' });
    ada.send({ type: 'say', text: 'x' });
    expect(await ada.next()).toMatchObject({ type: 'said' });
  });
});

describe('presence', () => {
  let lobby: Lobby;
  afterEach(() => lobby.server.close());

  it('tells the first connection of a user and the last, and no tab between', async () => {
    lobby = await startLobby();
    const watcher = await lobby.joined('ada');
    const first = await lobby.joined('bob');
    const second = await lobby.joined('bob');
    first.send({ type: 'join' });
    await first.drain();
    expect(await watcher.drain()).toEqual([{ type: 'came', user: 'bob' }]);
    await first.close();
    second.send({ type: 'leave' });
    expect(await second.drain()).toEqual([]);
    expect(await watcher.until('went')).toEqual({ type: 'went', user: 'bob' });
    await second.close();
    expect(await watcher.drain()).toEqual([]);
  });

  it('counts connections where the contract does', async () => {
    const room = { ...lobbyTable.room!, presence: { ...lobbyTable.room!.presence!, per: 'connection' as const } };
    lobby = await startLobby({ table: { room } });
    const watcher = await lobby.joined('ada');
    const tabs = [await lobby.joined('bob'), await lobby.joined('bob')];
    expect(await watcher.drain()).toHaveLength(2);
    for (const tab of tabs) await tab.close();
    expect([await watcher.next(), await watcher.next()]).toMatchObject([{ type: 'went' }, { type: 'went' }]);
  });

  it('tells of a connection that was cut', async () => {
    lobby = await startLobby();
    const watcher = await lobby.joined('ada');
    await lobby.joined('bob');
    expect(lobby.server.drop({ user: 'bob' })).toBe(1);
    expect(await watcher.until('went')).toMatchObject({ user: 'bob' });
  });
});
