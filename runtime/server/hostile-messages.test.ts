import { afterEach, describe, expect, it } from 'vitest';
import { lobbyTable } from './fixtures/lobby.ts';
import { type Lobby, type LobbyOptions, startLobby } from './fixtures/lobby-server.ts';

const limits = { ...lobbyTable.limits, message: { bytes: 1_000_000, code: 1009 } };

describe('a hostile message', () => {
  let lobby: Lobby;
  afterEach(() => lobby.server.close());
  const start = async (options: LobbyOptions = {}): Promise<void> => {
    lobby = await startLobby({ table: { limits, ...options.table } });
  };

  const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

  it.each([
    ['around all', () => nested(100_000)],
    ['without an end', () => '{"a":'.repeat(100_000)],
    ['in a property that nobody declared', () => `{"type":"ping","extra":${nested(100_000)}}`],
    ['in one that is compared with its repeat', () => `{"type":"say","id":"a","text":"x","extra":${nested(100_000)}}`],
    ['in a declared one', () => `{"type":"say","text":${nested(100_000)}}`],
    ['by objects', () => `{"type":"say","text":"x","a":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`],
  ])('nested deeply %s is malformed, and the connection stays', async (_what, make) => {
    await start();
    const ada = await lobby.joined('ada');
    ada.send(make());
    expect(await ada.drain()).toMatchObject([{ type: 'error', code: 'malformed' }]);
    expect(lobby.log).toEqual([]);
  });

  it('nested as deeply as is allowed is handled, and known again', async () => {
    await start();
    const ada = await lobby.joined('ada');
    const text = `{"type":"say","id":"a","text":"x","extra":${nested(255)}}`;
    ada.send(text);
    ada.send(text);
    expect(await ada.drain()).toMatchObject([{ type: 'said' }, { type: 'ack', id: 'a' }]);
  });

  it('with `__proto__` and `constructor` changes no prototype, and they count as content', async () => {
    await start();
    const ada = await lobby.joined('ada');
    const say = (inner: string): void =>
      ada.send(
        `{"type":"say","id":"a","text":"x","__proto__":{"polluted":${inner}},"extra":{"__proto__":{"polluted":1},` +
          '"constructor":{"prototype":{"polluted":1}}}}',
      );
    say('1');
    say('1');
    say('2');
    expect(await ada.drain()).toMatchObject([{ type: 'said' }, { type: 'ack' }, { type: 'error', code: 'id-reused' }]);
    expect('polluted' in {}).toBe(false);
    // A type is the message's own property, or it is none.
    ada.send('{"__proto__":{"type":"ping"}}');
    ada.send('{"type":"__proto__"}');
    expect(await ada.drain()).toMatchObject([{ code: 'invalid' }, { code: 'unknown-type' }]);
    expect(lobby.log).toEqual([]);
  });

  it('in rooms and of users whose names every object inherits is a message like any other', async () => {
    const parameters = [{ name: 'room', schema: { type: 'string' } }];
    await start({ table: { parameters } });
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const own = await lobby.joined(name, name);
      const other = await lobby.joined('bob', name);
      expect(await own.until('came')).toMatchObject({ user: 'bob' });
      own.send({ type: 'say', id: 'a', text: name });
      expect(await other.until('said')).toMatchObject({ from: name, seq: 1 });
      other.send({ type: 'poke', user: name });
      expect(await own.until('poked')).toEqual({ type: 'poked', from: 'bob' });
      expect(await lobby.server.engine.members(`lobby/room/${name}`)).toMatchObject({
        members: [{ user: { id: name } }, { user: { id: 'bob' } }],
      });
    }
    expect(lobby.log).toEqual([]);
  });
});
