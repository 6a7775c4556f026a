import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock } from './fixtures/fake-clock.ts';
import { type Lobby, startLobby } from './fixtures/lobby-server.ts';
import { TestSocket } from './fixtures/test-socket.ts';

describe('shutdown', () => {
  let lobby: Lobby;
  let release: () => void;
  afterEach(() => lobby.server.close());

  const start = async (clock?: FakeClock): Promise<void> => {
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    lobby = await startLobby({ gate, ...(clock && { clock }) });
  };

  it('handles what was received, delivers it, closes with the code, and tells nobody who went', async () => {
    await start();
    const ada = await lobby.joined('ada');
    const bob = await lobby.joined('bob');
    await ada.until('came');
    ada.send({ type: 'slow', id: 's' });
    ada.send({ type: 'say', text: 'last words' });
    const fence = await lobby.open('cleo');
    await fence.drain();
    const heard: unknown[] = [];
    bob.socket.on('message', (data) => heard.push(JSON.parse(String(data))));
    const down = lobby.server.shutdown();
    await expect(TestSocket.open(lobby.url('/base/rooms/den/?token=ok-dan'))).rejects.toThrow('HTTP 503');
    release();
    expect(await ada.next()).toMatchObject({ type: 'ack', id: 's' });
    expect(await ada.next()).toMatchObject({ type: 'said', text: 'last words' });
    expect((await ada.closed).code).toBe(1012);
    expect((await bob.closed).code).toBe(1012);
    await down;
    expect(heard).toMatchObject([{ type: 'said', text: 'last words' }]);
    expect(lobby.log).toEqual([]);
  });

  it('waits no longer than the deadline for a handler that never ends', async () => {
    const clock = new FakeClock();
    await start(clock);
    const ada = await lobby.open('ada');
    ada.send({ type: 'slow', id: 's' });
    const fence = await lobby.open('bob');
    await fence.drain();
    const down = lobby.server.shutdown();
    clock.advance(5000);
    expect((await ada.closed).code).toBe(1012);
    // What is left to wait for is the handler alone.
    const nudge = setInterval(() => clock.advance(100), 1);
    await down;
    clearInterval(nudge);
    release();
  });

  it('leaves nobody present behind', async () => {
    await start();
    await lobby.joined('ada');
    await lobby.server.restart();
    const bob = await lobby.joined('bob');
    await lobby.joined('ada');
    expect(await bob.until('came')).toMatchObject({ user: 'ada' });
  });
});
