import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { forwardedAddress } from './bounds.ts';
import { FakeClock } from './fixtures/fake-clock.ts';
import { type Lobby, startLobby } from './fixtures/lobby-server.ts';
import { RawPeer } from './fixtures/raw-peer.ts';
import { statusOf, type TestSocket } from './fixtures/test-socket.ts';

const den = '/base/rooms/den/?token=ok-ada';

describe('bounds of a deployment', () => {
  let lobby: Lobby;
  let peers: RawPeer[] = [];
  beforeEach(() => {
    peers = [];
  });
  afterEach(async () => {
    for (const peer of peers) peer.cut();
    await lobby.server.close();
  });

  const ask = async (headers: readonly string[] = [], path = den): Promise<number> => {
    const peer = await RawPeer.to(lobby.url(''));
    peers.push(peer);
    return peer.upgrade(lobby.url(path), headers);
  };

  it('let in pages of the origins that are listed, and programs, which send none', async () => {
    lobby = await startLobby({ bounds: { origins: ['https://a.example'] } });
    expect(await ask(['Origin: https://a.example'])).toBe(101);
    expect(await ask()).toBe(101);
    for (const origin of ['https://b.example', 'http://a.example', 'https://a.example.b.example', 'null', '']) {
      expect(await ask([`Origin: ${origin}`]), origin).toBe(403);
    }
  });

  it('answer only to the names that are listed, whatever the port', async () => {
    lobby = await startLobby({ bounds: { hosts: ['A.example', '127.0.0.1:1'] } });
    expect(await ask(['Host: a.example'])).toBe(101);
    expect(await ask(['Host: A.EXAMPLE:8080'])).toBe(101);
    expect(await ask(['Host: 127.0.0.1:1'])).toBe(101);
    expect(await ask(['Host: 127.0.0.1:2'])).toBe(421);
    expect(await ask(['Host: b.example'])).toBe(421);
    const { port } = new URL(lobby.url(''));
    const plain = async (host: string): Promise<unknown> => {
      const peer = await RawPeer.to(lobby.url(''));
      peer.socket.write(`GET /elsewhere HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      return /^HTTP\/1\.1 (\d+)/.exec(await peer.ended)?.[1];
    };
    expect([await plain(`a.example:${port}`), await plain(`b.example:${port}`)]).toEqual(['404', '421']);
  });

  it('hold so many connections at once, and take another when one has left', async () => {
    lobby = await startLobby({ bounds: { connections: 2 } });
    expect(await ask()).toBe(101);
    expect(await ask()).toBe(101);
    expect(await ask()).toBe(503);
    peers[0]!.cut();
    await vi.waitFor(async () => expect(await ask()).toBe(101));
  });

  it('hold so many of one address; what the nearest proxy saw counts, not what anyone wrote before it', async () => {
    lobby = await startLobby({ bounds: { connectionsPerAddress: 2, addressOf: forwardedAddress } });
    const from = (address: string): string => `X-Forwarded-For: 10.0.0.${Math.random()}, ${address}`;
    expect(await ask([from('1.1.1.1')])).toBe(101);
    expect(await ask([from('1.1.1.1')])).toBe(101);
    expect(await ask([from('1.1.1.1')])).toBe(429);
    expect(await ask([from('2.2.2.2')])).toBe(101);
    // Who has no such header counts for the peer's address.
    expect(await ask()).toBe(101);
    peers[0]!.cut();
    await vi.waitFor(async () => expect(await ask([from('1.1.1.1')])).toBe(101));
  });

  it('count refused handshakes of an address too, while they last', async () => {
    lobby = await startLobby({ bounds: { connectionsPerAddress: 1 } });
    expect(await ask()).toBe(101);
    expect(await ask()).toBe(429);
  });

  it('let one address try only so often, with good tokens and bad', async () => {
    const clock = new FakeClock();
    const handshakeRate = { perSecond: 1, burst: 3 };
    lobby = await startLobby({ clock, bounds: { handshakeRate, addressOf: forwardedAddress } });
    const from = (address: string, path = den): Promise<number> => ask([`X-Forwarded-For: ${address}`], path);
    for (const path of ['/base/rooms/den/', '/base/nowhere', den]) expect(await from('1.1.1.1', path)).not.toBe(429);
    expect(await from('1.1.1.1')).toBe(429);
    expect(await from('2.2.2.2')).toBe(101);
    clock.advance(1000);
    expect(await from('1.1.1.1')).toBe(101);
  });

  it('hold so many of one user, whatever the address', async () => {
    lobby = await startLobby({ bounds: { connectionsPerUser: 2 } });
    const [first] = [await lobby.open('ada'), await lobby.open('ada')];
    await expect(lobby.open('ada')).rejects.toThrow('HTTP 429');
    await (await lobby.open('bob')).drain();
    await first.close();
    await vi.waitFor(() => lobby.open('ada'));
  });

  it('let only so many wait for a verdict, and none for ever', async () => {
    const clock = new FakeClock();
    let verdicts = 0;
    const verify = (): Promise<never> => {
      verdicts += 1;
      return new Promise(() => {});
    };
    lobby = await startLobby({ clock, verifier: { verify }, bounds: { handshakes: 2, handshakeTimeoutMs: 5000 } });
    const waiting = [ask(), ask()];
    await vi.waitFor(() => expect(verdicts).toBe(2));
    expect(await ask()).toBe(503);
    clock.advance(5000);
    expect(await Promise.all(waiting)).toEqual([500, 500]);
    expect(lobby.log.map(({ event }) => event)).toEqual(['handshake-failed', 'handshake-failed']);
    expect(clock.pending).toBe(0);
    // They wait no longer, so another may.
    void ask();
    await vi.waitFor(() => expect(verdicts).toBe(3));
    clock.advance(5000);
  });

  it('end a socket that says nothing, and one whose headers do not come to an end', async () => {
    lobby = await startLobby({ bounds: { handshakeTimeoutMs: 50 } });
    const silent = await RawPeer.to(lobby.url(''));
    const slow = await RawPeer.to(lobby.url(''));
    slow.socket.write(`GET ${den} HTTP/1.1\r\nHost: x\r\n`);
    const drip = setInterval(() => slow.socket.write('X-Drip: 1\r\n'), 5);
    expect(await silent.ended).toMatch(/^(HTTP\/1\.1 408|$)/);
    expect(await slow.ended).toMatch(/^HTTP\/1\.1 408/);
    clearInterval(drip);
    await (await lobby.open('ada')).drain();
  });

  it('stand a flood of them, and serve who is there', async () => {
    lobby = await startLobby({ bounds: { handshakeTimeoutMs: 200 } });
    const ada = await lobby.joined('ada');
    const flood = await Promise.all(Array.from({ length: 300 }, () => RawPeer.to(lobby.url(''))));
    for (const [index, peer] of flood.entries())
      peer.socket.write(index % 2 === 0 ? 'GET / HT' : 'no request at all\r\n\r\n');
    ada.send({ type: 'say', text: 'still here' });
    expect(await ada.until('said')).toMatchObject({ text: 'still here' });
    await Promise.all(flood.map((peer) => peer.ended));
    expect(await ada.drain()).toEqual([]);
  });

  it.each([
    ['a header', (size: number) => [den, [`X-Large: ${'x'.repeat(size)}`]] as const],
    ['an address', (size: number) => [`${den}&more=${'x'.repeat(size)}`, []] as const],
    [
      'many headers',
      (size: number) => [den, Array.from({ length: size / 10 }, (_, n) => `X-${n}: ${'y'.repeat(10)}`)] as const,
    ],
  ])('refuse %s that is too large', async (_what, make) => {
    lobby = await startLobby({ bounds: { headerBytes: 4096 } });
    const [path, headers] = make(5000);
    expect(await ask(headers, path)).toBe(431);
    const [smallPath, smallHeaders] = make(1000);
    expect(await ask(smallHeaders, smallPath)).toBe(101);
  });

  it('give all connections of a user one rate, which leaving does not renew', async () => {
    const clock = new FakeClock();
    lobby = await startLobby({ clock, bounds: { userRate: { perSecond: 1, burst: 4 } } });
    const say = async (socket: TestSocket, count: number): Promise<unknown[]> => {
      for (let n = 0; n < count; n++) socket.send({ type: 'ping', at: n });
      const answers: unknown[] = [];
      for (let n = 0; n < count; n++) {
        const { type, code } = await socket.next();
        answers.push(code ?? type);
      }
      return answers;
    };
    const [ada, tab, bob] = [await lobby.open('ada'), await lobby.open('ada'), await lobby.open('bob')];
    expect(await say(ada, 3)).toEqual(['pong', 'pong', 'pong']);
    expect(await say(tab, 2)).toEqual(['pong', 'rate-limited']);
    expect(await say(bob, 4)).toEqual(['pong', 'pong', 'pong', 'pong']);
    await Promise.all([ada.close(), tab.close()]);
    const back = await lobby.open('ada');
    expect(await say(back, 1)).toEqual(['rate-limited']);
    clock.advance(1000);
    expect(await say(back, 2)).toEqual(['pong', 'rate-limited']);
  });

  it('that cannot be judged end the handshake alone, and requests that cannot be answered theirs', async () => {
    const fail = (): never => {
      throw new Error('The list cannot be read.');
    };
    lobby = await startLobby({ http: fail, bounds: { addressOf: fail } });
    expect(await ask()).toBe(0);
    expect(await statusOf(lobby.url('/elsewhere'))).toBe(500);
    expect(lobby.log.map(({ event }) => event)).toEqual(['handshake-failed', 'request-failed']);
  });
});
