import { afterEach, describe, expect, it } from 'vitest';
import { Agenda } from './agenda.ts';
import { FakeClock } from './fixtures/fake-clock.ts';
import { lobbyTable } from './fixtures/lobby.ts';
import { type Lobby, type LobbyOptions, startLobby } from './fixtures/lobby-server.ts';
import { TestSocket } from './fixtures/test-socket.ts';
import { startHeartbeats } from './heartbeat.ts';
import type { HeartbeatTable } from './table.ts';

const frames: HeartbeatTable = {
  initiator: 'server',
  kind: 'frame',
  ping: null,
  pong: null,
  intervalMs: 30_000,
  timeoutMs: 10_000,
  onOpen: false,
  satisfiedBy: 'answer',
  echo: [],
  timeoutCode: null,
};

const [pings] = lobbyTable.heartbeats;
const messages: HeartbeatTable = { ...frames, kind: 'message', ping: 'beat', pong: 'alive', timeoutCode: 4010 };

const watch = (row: HeartbeatTable) => {
  const clock = new FakeClock();
  const sent: unknown[] = [];
  const start = clock.now();
  let ended: number | null = null;
  const beats = startHeartbeats([row], new Agenda(clock), {
    pingFrame: (payload) => sent.push([clock.now() - start, payload]),
    pingMessage: (type, fill) => sent.push([clock.now() - start, fill({ type })]),
    timeout: () => {
      ended = clock.now() - start;
      beats.stop();
    },
  })!;
  return { clock, sent, beats, ended: () => ended };
};

describe('the heartbeat of the server', () => {
  it('pings one interval after the opening, then one after the last ping, each answered by its own pong', () => {
    const { clock, sent, beats, ended } = watch(frames);
    clock.advance(29_999);
    expect(sent).toEqual([]);
    for (const payload of ['1', '2', '3']) {
      clock.advance(5001);
      beats.pongFrame(payload);
      clock.advance(24_999);
    }
    expect(sent).toEqual([
      [30_000, '1'],
      [60_000, '2'],
      [90_000, '3'],
    ]);
    expect(ended()).toBeNull();
  });

  it('ends one timeout after a ping without its answer', () => {
    const { clock, beats, ended } = watch(frames);
    beats.pongFrame('1');
    clock.advance(30_000);
    beats.pongFrame('0');
    clock.advance(9999);
    expect(ended()).toBeNull();
    clock.advance(1);
    expect(ended()).toBe(40_000);
    expect(clock.pending).toBe(0);
  });

  it('gives a peer the time again in which this process stood still, once', () => {
    const { clock, beats, ended } = watch(frames);
    clock.advance(30_000);
    clock.stall(25_000);
    expect(ended()).toBeNull();
    clock.advance(9999);
    expect(ended()).toBeNull();
    beats.pongFrame('1');
    clock.advance(10_000);
    expect(ended()).toBeNull();
    const silent = watch(frames);
    silent.clock.advance(30_000);
    silent.clock.stall(12_000);
    silent.clock.advance(2000);
    expect(silent.ended()).toBe(44_000);
  });

  it('does not count an unasked message for the next ping', () => {
    const { clock, sent, beats, ended } = watch(messages);
    beats.message('alive', { type: 'alive' });
    clock.advance(40_000);
    expect(sent).toEqual([[30_000, { type: 'beat' }]]);
    expect(ended()).toBe(40_000);
  });

  it('tells answers apart by what they echo', () => {
    const { clock, sent, beats, ended } = watch({ ...messages, echo: [{ from: '/n', to: '/data/n' }] });
    clock.advance(30_000);
    expect(sent).toEqual([[30_000, { type: 'beat', n: 1 }]]);
    beats.message('alive', { data: { n: 1 } });
    clock.advance(30_000);
    beats.message('alive', { data: { n: 1 } });
    clock.advance(10_000);
    expect(ended()).toBe(70_000);
  });

  it('takes any message as life where the contract does, and pings at once where it says so', () => {
    const { clock, sent, beats, ended } = watch({ ...messages, satisfiedBy: 'any-message', onOpen: true });
    clock.advance(0);
    expect(sent).toEqual([[0, { type: 'beat' }]]);
    beats.anyMessage();
    clock.advance(10_000);
    expect(ended()).toBeNull();
  });
});

describe('a connection with a heartbeat', () => {
  let lobby: Lobby;
  afterEach(() => lobby.server.close());

  const start = async (options: LobbyOptions, autoPong: boolean): Promise<[FakeClock, TestSocket]> => {
    const clock = new FakeClock();
    lobby = await startLobby({ clock, ...options });
    return [clock, await TestSocket.open(lobby.url('/base/rooms/den/?token=ok-ada'), { autoPong })];
  };

  it('ends with the code of the contract, and the others are told at once', async () => {
    const [clock, silent] = await start({ table: { heartbeats: [{ ...frames, timeoutCode: 4011 }, pings!] } }, false);
    const watcher = await lobby.joined('bob');
    silent.send({ type: 'join' });
    await watcher.until('came');
    clock.advance(30_000);
    await watcher.drain();
    await silent.drain();
    silent.socket.pause();
    clock.advance(10_000);
    expect(await watcher.until('went')).toMatchObject({ user: 'ada' });
    silent.socket.resume();
    expect((await silent.closed).code).toBe(4011);
  });

  it('stays while it answers', async () => {
    const [clock, lively] = await start({ table: { heartbeats: [frames, pings!] } }, true);
    for (let n = 1; n <= 3; n++) {
      clock.advance(30_000);
      // The pong of the frame leaves before the answer to this message is asked for.
      await lively.drain();
    }
    clock.advance(10_000);
    expect(await lively.drain()).toEqual([]);
    expect(lively.pings).toEqual(['1', '2', '3']);
  });

  it('runs in scaled time', async () => {
    const [clock, silent] = await start({ table: { heartbeats: [frames, pings!] }, timeScale: 0.1 }, false);
    clock.advance(3000);
    await silent.drain();
    clock.advance(1000);
    expect((await silent.closed).code).toBe(4008);
  });

  it('is not kept by the timers of one that has gone', async () => {
    const [clock, socket] = await start({ table: { heartbeats: [frames, pings!] } }, true);
    expect(clock.pending).toBe(1);
    await socket.close();
    const other = await lobby.open('bob');
    await other.drain();
    expect(clock.pending).toBe(1);
  });
});
