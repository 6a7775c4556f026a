import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock } from './fixtures/fake-clock.ts';
import { type Lobby, startLobby } from './fixtures/lobby-server.ts';

const WINDOW = 600_000;

describe('a repeated message', () => {
  let lobby: Lobby;
  afterEach(() => lobby.server.close());

  it('is answered with what the first one made, and has no second effect', async () => {
    lobby = await startLobby();
    const ada = await lobby.joined('ada');
    const tab = await lobby.joined('ada');
    ada.send({ type: 'say', id: 'a', text: 'once' });
    tab.send({ type: 'say', id: 'a', text: 'once' });
    const [first, second] = await Promise.all([ada.drain(), tab.drain()]);
    expect(first.filter(({ type }) => type === 'said')).toHaveLength(1);
    expect(second).toContainEqual({ type: 'ack', for: 'once', id: 'a' });
    expect(await ada.drain()).toEqual([]);
  });

  it('is the same whether it names the room or not, in whatever order', async () => {
    lobby = await startLobby();
    const ada = await lobby.joined('ada');
    ada.send({ type: 'say', id: 'a', text: 'once', extra: { b: 1, c: 2 } });
    await ada.until('said');
    ada.send({ extra: { c: 2, b: 1 }, room: 'den', text: 'once', id: 'a', type: 'say' });
    expect(await ada.drain()).toMatchObject([{ type: 'ack' }]);
  });

  it('with another content is refused', async () => {
    lobby = await startLobby();
    const ada = await lobby.joined('ada');
    ada.send({ type: 'say', id: 'a', text: 'once' });
    await ada.until('said');
    ada.send({ type: 'say', id: 'a', text: 'twice' });
    expect(await ada.drain()).toMatchObject([{ type: 'error', code: 'id-reused', id: 'a' }]);
  });

  it('is a first one for another user, in another room, and after the window', async () => {
    const clock = new FakeClock();
    lobby = await startLobby({ clock });
    const ada = await lobby.joined('ada');
    const say = async (socket: typeof ada): Promise<unknown> => {
      socket.send({ type: 'say', id: 'a', text: 'x' });
      return (await socket.until('said')).seq;
    };
    expect(await say(ada)).toBe(1);
    expect(await say(await lobby.joined('bob'))).toBe(2);
    expect(await say(await lobby.joined('ada', 'attic'))).toBe(1);
    await ada.drain();
    clock.advance(WINDOW);
    expect(await say(ada)).toBe(3);
  });

  it('of a rejected one is a first one', async () => {
    lobby = await startLobby();
    const ada = await lobby.joined('ada');
    ada.send({ type: 'say', id: 'a', text: 'refused' });
    ada.send({ type: 'say', id: 'a', text: 'taken' });
    expect(await ada.drain()).toMatchObject([{ type: 'error' }, { type: 'said', text: 'taken' }]);
  });
});
