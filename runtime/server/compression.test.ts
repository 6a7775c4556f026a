import { deflateRawSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { lobbyTable } from './fixtures/lobby.ts';
import { type Lobby, type LobbyOptions, startLobby } from './fixtures/lobby-server.ts';
import { RawPeer } from './fixtures/raw-peer.ts';

const BYTES = 65_536;
const INFLATED = 32 * 1024 * 1024;

describe('compression', () => {
  let lobby: Lobby;
  afterEach(() => lobby.server.close());

  const start = async (compression: boolean | undefined, options: LobbyOptions = {}): Promise<void> => {
    const message = { bytes: BYTES, code: 1009 };
    const limits = { ...lobbyTable.limits, message, ...(compression !== undefined && { compression }) };
    lobby = await startLobby({ ...options, table: { limits } });
  };

  it.each([
    ['the contract is silent', undefined, {}, ''],
    ['the contract allows it', true, {}, 'permessage-deflate; server_no_context_takeover; client_no_context_takeover'],
    ['the contract allows it, and the deployment does not', true, { deflate: false }, ''],
    ['the deployment asks for it', false, { deflate: true }, 'permessage-deflate'],
  ])('where %s', async (_what, compression, options, expected) => {
    await start(compression, options);
    const socket = await lobby.open('ada');
    expect(socket.socket.extensions).toContain(expected.split(';')[0]);
    if (expected === '') expect(socket.socket.extensions).toBe('');
    else expect(await socket.drain()).toEqual([]);
  });

  it('keeps nothing between messages, and carries what others get plain, in order', async () => {
    await start(true);
    const ada = await lobby.joined('ada');
    for (let n = 0; n < 6; n++) ada.send({ type: 'say', text: `${n} ${'x'.repeat(n % 2 === 0 ? 10 : 5000)}` });
    const texts: unknown[] = [];
    for (let n = 0; n < 6; n++) texts.push(String((await ada.until('said')).text).split(' ')[0]);
    expect(texts).toEqual(['0', '1', '2', '3', '4', '5']);
    const peer = await RawPeer.to(lobby.url(''));
    await peer.upgrade(lobby.url('/base/rooms/den/?token=ok-raw'), ['Sec-WebSocket-Extensions: permessage-deflate']);
    peer.cut();
    const answer = await peer.ended;
    expect(answer).toContain('server_no_context_takeover');
    expect(answer).toContain('client_no_context_takeover');
  });

  it('ends a connection whose message is too large once it is inflated, in one frame or in several', async () => {
    await start(true);
    const whole = await lobby.open('ada');
    whole.send({ type: 'say', text: 'x'.repeat(BYTES) });
    expect((await whole.closed).code).toBe(1009);
    const parts = await lobby.open('bob');
    for (const fin of [false, false, true]) parts.socket.send('x'.repeat(BYTES / 2), { fin });
    expect((await parts.closed).code).toBe(1009);
    expect(await (await lobby.open('cleo')).drain()).toEqual([]);
  });

  /** A frame of a client, with a mask of zeros: final, compressed text. */
  const frameOf = (payload: Buffer): Buffer => {
    const header = Buffer.from([0xc1, 0xfe, 0, 0, 0, 0, 0, 0]);
    header.writeUInt16BE(payload.length, 2);
    return Buffer.concat([header, payload]);
  };

  it('stops inflating a bomb at the bound: fifty of them, 1.6 GB, take hardly any memory', async () => {
    await start(true);
    const bomb = deflateRawSync(Buffer.alloc(INFLATED, 0x20));
    expect(bomb.length).toBeLessThan(BYTES);
    const before = process.memoryUsage().rss;
    let peak = before;
    const peers = await Promise.all(Array.from({ length: 50 }, () => RawPeer.to(lobby.url(''))));
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 1);
    const codes = await Promise.all(
      peers.map(async (peer, index) => {
        const url = lobby.url(`/base/rooms/den/?token=ok-raw${index}`);
        await peer.upgrade(url, ['Sec-WebSocket-Extensions: permessage-deflate']);
        const answered = new Promise((resolve) => peer.socket.once('data', resolve));
        peer.socket.write(frameOf(bomb));
        const frame = (await answered) as Buffer;
        peer.cut();
        return frame.readUInt16BE(2);
      }),
    );
    clearInterval(watch);
    expect(new Set(codes)).toEqual(new Set([1009]));
    expect(peak - before).toBeLessThan(150 * 1024 * 1024);
  });

  it('is bounded where the contract bounds no message', async () => {
    lobby = await startLobby({ table: { limits: { ...lobbyTable.limits, message: null, compression: true } } });
    const socket = await lobby.open('ada');
    socket.send({ type: 'say', text: 'x'.repeat(17 * 1024 * 1024) });
    expect((await socket.closed).code).toBe(1009);
  });
});
