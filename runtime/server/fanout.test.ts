import { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { lobbyTable } from './fixtures/lobby.ts';
import { type Lobby, type LobbyOptions, startLobby } from './fixtures/lobby-server.ts';
import type { TestSocket } from './fixtures/test-socket.ts';
import type { Encoded } from './seam.ts';

interface Written {
  readonly user: number;
  readonly bytes: Buffer;
}

describe('fan-out', () => {
  let lobby: Lobby;
  afterEach(async () => {
    vi.restoreAllMocks();
    await lobby.server.close();
  });

  const start = async (users: readonly string[], options: LobbyOptions = {}): Promise<TestSocket[]> => {
    const limits = { ...lobbyTable.limits, rate: null, message: null };
    lobby = await startLobby({ ...options, table: { limits, ...options.table } });
    const sockets: TestSocket[] = [];
    for (const user of users) sockets.push(await lobby.joined(user));
    for (const socket of sockets) await socket.drain();
    return sockets;
  };

  /** What the server writes to its sockets from now on. */
  const watchWrites = (): Written[] => {
    const written: Written[] = [];
    const write = Socket.prototype.write;
    vi.spyOn(Socket.prototype, 'write').mockImplementation(function (this: Socket, ...args: unknown[]) {
      if (this.localPort === lobby.server.port) written.push({ user: this.remotePort ?? 0, bytes: args[0] as Buffer });
      return Reflect.apply(write, this, args) as boolean;
    });
    return written;
  };

  const say = (socket: TestSocket, count: number): void => {
    for (let n = 0; n < count; n++) socket.send({ type: 'say', text: String(n) });
  };

  it('encodes and frames a message once, whoever gets it', async () => {
    const sent = new Map<string, Encoded[]>();
    const [ada, ...others] = await start(['ada', 'bob', 'cleo', 'dan'], {
      decorate: (seam) => ({
        ...seam,
        transport: (transport) => {
          const { id } = transport.facts;
          const send = transport.send.bind(transport);
          transport.send = (message) => {
            if (message.text.includes('"said"')) sent.set(id, [...(sent.get(id) ?? []), message]);
            send(message);
          };
          return transport;
        },
      }),
    });
    const encode = vi.spyOn(JSON, 'stringify');
    say(ada!, 3);
    for (const socket of others) for (let n = 0; n < 3; n++) await socket.until('said');
    const encoded = encode.mock.calls.filter(([value]) => (value as { type?: unknown } | null)?.type === 'said');
    expect(encoded).toHaveLength(3);
    const lists = [...sent.values()];
    expect(lists).toHaveLength(4);
    expect(lists[0]).toHaveLength(3);
    for (const list of lists) for (const [index, message] of list.entries()) expect(message).toBe(lists[0]?.[index]);
  });

  it('writes what came in one tick at once, the same bytes to whoever gets the same', async () => {
    const [ada, ...others] = await start(['ada', 'bob', 'cleo', 'dan']);
    const written = watchWrites();
    say(ada!, 6);
    for (const socket of others) for (let n = 0; n < 6; n++) expect((await socket.until('said')).text).toBe(String(n));
    const large = written.filter(({ bytes }) => bytes.length > 400);
    expect(large).toHaveLength(4);
    expect(new Set(large.map(({ user }) => user)).size).toBe(4);
    expect(new Set(large.map(({ bytes }) => bytes)).size).toBe(1);
  });

  it('keeps the order for each, also where answers to one come in between', async () => {
    const [ada, bob, cleo] = await start(['ada', 'bob', 'cleo']);
    for (let n = 0; n < 20; n++) {
      ada!.send({ type: 'say', text: String(n) });
      ada!.send({ type: 'ping', at: n });
      bob!.send({ type: 'ping', at: 100 + n });
    }
    const heard = async (socket: TestSocket, type: string): Promise<unknown[]> => {
      const values: unknown[] = [];
      while (values.length < 20) {
        const message = await socket.next();
        if (message.type === type) values.push(message.seq ?? message.at);
      }
      return values;
    };
    const numbers = Array.from({ length: 20 }, (_, n) => n + 1);
    expect(await heard(cleo!, 'said')).toEqual(numbers);
    const mixed: unknown[] = [];
    while (mixed.length < 40) {
      const message = await ada!.next();
      if (message.type === 'said' || message.type === 'pong') mixed.push([message.type, message.text ?? message.at]);
    }
    expect(mixed).toEqual(
      numbers.flatMap((n) => [
        ['said', String(n - 1)],
        ['pong', n - 1],
      ]),
    );
    const bobs: unknown[] = [];
    while (bobs.length < 40) {
      const message = await bob!.next();
      bobs.push(message.seq ?? (message.at as number) - 99);
    }
    // Numbers of the room and of his answers, each in its order.
    expect(bobs.slice().sort((a, b) => Number(a) - Number(b))).toEqual(numbers.flatMap((n) => [n, n]));
  });

  it('cuts off who does not read, and nobody else waits for it', async () => {
    const limits = { ...lobbyTable.limits, rate: null, message: null, backlog: { bytes: 200_000, code: 1013 } };
    const [ada, bob, cleo] = await start(['ada', 'bob', 'cleo'], { table: { limits } });
    cleo!.socket.pause();
    const text = 'x'.repeat(60_000);
    let said = 0;
    // What the network takes is the system's: so much is said that it cannot take all.
    while (lobby.server.census()[0]?.connections === 3) {
      ada!.send({ type: 'say', text });
      expect((await bob!.until('said')).seq).toBe(++said);
      await ada!.until('said');
    }
    expect(lobby.server.census()[0]?.connections).toBe(2);
    ada!.send({ type: 'say', text: 'last' });
    expect((await bob!.until('said')).text).toBe('last');
    cleo!.socket.resume();
    expect((await cleo!.closed).code).toBe(1013);
    expect((await ada!.drain()).filter(({ type }) => type === 'error')).toEqual([]);
  });

  it('writes what was said before it closes, and nothing afterwards', async () => {
    const [ada, bob] = await start(['ada', 'bob']);
    const written = watchWrites();
    say(ada!, 2);
    await bob!.until('said');
    bob!.socket.close(1000);
    say(ada!, 3);
    expect((await bob!.closed).code).toBe(1000);
    for (let n = 0; n < 5; n++) await ada!.until('said');
    expect(written.every(({ bytes }) => bytes.length > 0)).toBe(true);
    expect(lobby.log).toEqual([]);
  });
});
