import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock } from './fixtures/fake-clock.ts';
import { lobbyTable } from './fixtures/lobby.ts';
import { type Lobby, startLobby } from './fixtures/lobby-server.ts';
import type { TestSocket } from './fixtures/test-socket.ts';

describe('numbered messages', () => {
  let lobby: Lobby;
  let clock: FakeClock;
  afterEach(() => lobby.server.close());

  /** A room in which that many messages were said, a second apart, from 00:00:01 on. */
  const talked = async (count: number): Promise<TestSocket> => {
    clock = new FakeClock();
    lobby = await startLobby({ clock });
    const ada = await lobby.joined('ada');
    for (let n = 1; n <= count; n++) {
      clock.advance(1000);
      ada.send({ type: 'say', text: `m${n}` });
      await ada.until('said');
    }
    return ada;
  };

  const resync = async (request: object): Promise<unknown[]> => {
    const socket = await lobby.open('bob');
    socket.send({ type: 'resync', ...request });
    return socket.drain();
  };

  it('count from 1, one up, each room on its own', async () => {
    await talked(2);
    const attic = await lobby.joined('ada', 'attic');
    attic.send({ type: 'say', text: 'x' });
    expect(await attic.until('said')).toMatchObject({ seq: 1, at: '2030-01-01T00:00:02.000Z' });
  });

  it('are replayed as they were first sent, above the number given', async () => {
    await talked(4);
    expect(await resync({ lastSeq: 2 })).toEqual([
      { type: 'said', from: 'ada', text: 'm3', at: '2030-01-01T00:00:03.000Z', seq: 3 },
      { type: 'said', from: 'ada', text: 'm4', at: '2030-01-01T00:00:04.000Z', seq: 4 },
    ]);
  });

  it.each([
    ['at the head', { lastSeq: 7 }, []],
    ['the oldest kept minus 1', { lastSeq: 2 }, [3, 4, 5, 6, 7]],
    ['a time', { lastAt: '2030-01-01T00:00:06.000Z' }, [6, 7]],
    ['a time in another zone', { lastAt: '2030-01-01T02:00:06.000+02:00' }, [6, 7]],
    ['a time finer than a millisecond', { lastAt: '2030-01-01T00:00:06.0001Z' }, [7]],
    ['a number that wins over a time', { lastSeq: 6, lastAt: '2030-01-01T00:00:03.000Z' }, [7]],
  ])('answer %s with what was missed', async (_what, request, numbers) => {
    await talked(7);
    const got = (await resync(request)) as { seq: number }[];
    expect(got.map(({ seq }) => seq)).toEqual(numbers);
  });

  it.each([
    ['below what is kept', { lastSeq: 1 }],
    ['above the head', { lastSeq: 8 }],
    ['before what is kept', { lastAt: '2030-01-01T00:00:02.999Z' }],
    ['without a position', {}],
  ])('answer a request %s with a snapshot that uses no number', async (_what, request) => {
    const ada = await talked(7);
    const state = ['m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7'];
    expect(await resync(request)).toEqual([{ type: 'snapshot', state, seq: 7 }]);
    ada.send({ type: 'say', text: 'on' });
    expect(await ada.until('said')).toMatchObject({ seq: 8 });
  });

  it('come to whom a resync joined, who is told of to the others', async () => {
    const ada = await talked(1);
    const bob = await lobby.open('bob');
    bob.send({ type: 'resync', lastSeq: 1 });
    expect(await bob.drain()).toEqual([]);
    expect(await ada.drain()).toMatchObject([{ type: 'came', user: 'bob' }]);
    ada.send({ type: 'say', text: 'welcome' });
    expect(await bob.until('said')).toMatchObject({ seq: 2 });
  });

  it('go on counting after a restart, with history and state', async () => {
    await talked(3);
    await lobby.server.restart();
    expect(await resync({ lastSeq: 2 })).toMatchObject([{ seq: 3 }]);
    const ada = await lobby.open('ada');
    ada.send({ type: 'join' });
    expect(await ada.next()).toMatchObject({ type: 'snapshot', seq: 3, state: ['m1', 'm2', 'm3'] });
    ada.send({ type: 'say', text: 'x' });
    expect(await ada.until('said')).toMatchObject({ seq: 4 });
  });

  it('are replayed at the pace of the reader, however many there are', async () => {
    const { resync: rules, limits } = lobbyTable;
    lobby = await startLobby({
      table: { resync: { ...rules!, history: 200 }, limits: { ...limits, backlog: { bytes: 200_000, code: 1013 } } },
    });
    const text = 'x'.repeat(100_000);
    for (let n = 0; n < 100; n++) {
      await lobby.server.publish('lobby', { type: 'said', text }, { to: 'room', room: 'den' });
    }
    const bob = await lobby.open('bob');
    bob.send({ type: 'resync', lastSeq: 0 });
    expect(await bob.until('said')).toMatchObject({ seq: 1 });
    bob.socket.pause();
    // Meanwhile the server goes on with others.
    await (await lobby.joined('ada', 'attic')).drain();
    bob.socket.resume();
    for (let n = 2; n <= 100; n++) expect(await bob.until('said')).toMatchObject({ seq: n });
  });

  it('begin anew in a room that lives only while somebody is in it', async () => {
    lobby = await startLobby({ table: { room: { ...lobbyTable.room!, life: 'while-joined' } } });
    const ada = await lobby.joined('ada');
    ada.send({ type: 'say', text: 'x' });
    ada.send({ type: 'leave' });
    await ada.drain();
    ada.send({ type: 'join' });
    expect(await ada.until('snapshot')).toMatchObject({ seq: 0, state: [] });
  });

  it('never come to a joining connection before its snapshot, and none is lost', async () => {
    clock = new FakeClock();
    lobby = await startLobby({ clock });
    const ada = await lobby.joined('ada');
    for (let n = 0; n < 8; n++) {
      const bob = await lobby.open(`bob${n}`);
      ada.send({ type: 'say', text: 'a' });
      bob.send({ type: 'join' });
      clock.advance(1000);
      ada.send({ type: 'say', text: 'b' });
      const first = await bob.next();
      expect(first.type).toBe('snapshot');
      const head = 2 * (n + 1);
      let position = first.seq as number;
      while (position < head) position = Math.max(position, (await bob.until('said')).seq as number);
      expect(position).toBe(head);
    }
  });
});
