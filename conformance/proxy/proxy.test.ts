import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { closePayload, opcodes, writeFrame } from './frames.ts';
import { type FaultProxy, startProxy } from './proxy.ts';

const text = (value: string, isMasked: boolean) => writeFrame(opcodes.text, Buffer.from(value), isMasked);

/** A peer that speaks bytes: what it got, and when its end came. */
class RawPeer {
  readonly chunks: Buffer[] = [];
  ended: 'no' | 'fin' | 'error' = 'no';
  readonly socket: Socket;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.#note(() => this.chunks.push(bytes)));
    socket.on('end', () => this.#note(() => (this.ended = this.ended === 'no' ? 'fin' : this.ended)));
    socket.on('error', () => this.#note(() => (this.ended = 'error')));
    socket.on('close', () => this.#note(() => (this.ended = this.ended === 'no' ? 'fin' : this.ended)));
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  async holds(part: string | Buffer): Promise<void> {
    await this.until(() => this.bytes.includes(part));
  }

  #note(note: () => void): void {
    note();
    this.#wake();
  }
}

const request =
  'GET /room?token=secret HTTP/1.1\r\nHost: there\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n';
const accepted = 'HTTP/1.1 101 Switching Protocols\r\n\r\n';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function listening(): Promise<{ url: string; next(): Promise<RawPeer> }> {
  const server = createServer({ allowHalfOpen: true });
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async next() {
      const [socket] = await once(server, 'connection');
      return new RawPeer(socket);
    },
  };
}

interface Ends {
  readonly upstream: Awaited<ReturnType<typeof listening>>;
  readonly proxy: FaultProxy;
  readonly client: RawPeer;
  readonly server: RawPeer;
}

/** For what only the proxy shows. */
async function happens(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

function dial(proxy: FaultProxy): RawPeer {
  const { hostname, port } = new URL(proxy.url);
  const client = new RawPeer(connect({ host: hostname, port: Number(port), allowHalfOpen: true }));
  closers.push(() => client.socket.destroy());
  return client;
}

async function proxied(): Promise<{ proxy: FaultProxy; upstream: Awaited<ReturnType<typeof listening>> }> {
  const upstream = await listening();
  const proxy = await startProxy({ upstream: upstream.url });
  closers.push(() => proxy.close());
  return { proxy, upstream };
}

/** Through the handshake, with empty records. */
async function joined(): Promise<Ends> {
  const { proxy, upstream } = await proxied();
  const coming = upstream.next();
  const client = dial(proxy);
  client.socket.write(request);
  const server = await coming;
  await server.holds('\r\n\r\n');
  server.socket.write(accepted);
  await client.holds('\r\n\r\n');
  client.chunks.length = 0;
  server.chunks.length = 0;
  return { proxy, client, server, upstream };
}

describe('the fault proxy, between raw sockets', () => {
  it('hands frames on as they are, in both directions, and records both legs without the query', async () => {
    const { proxy, client, server } = await joined();
    const [up, down] = [text('up', true), text('down', false)];
    client.socket.write(up);
    server.socket.write(down);
    await server.holds(up);
    await client.holds(down);
    expect(server.bytes).toEqual(up);
    expect(client.bytes).toEqual(down);
    const [record] = proxy.connections;
    expect(record?.path).toBe('/room');
    expect(JSON.stringify(record)).not.toContain('secret');
    const seen = record?.events.map(({ direction, leg, text: said }) => `${direction} ${leg} ${said}`);
    expect(seen?.sort()).toEqual(['to-client in down', 'to-client out down', 'to-server in up', 'to-server out up']);
  });

  it('asks the server under its own host, and for no compression', async () => {
    const { proxy, upstream } = await proxied();
    const coming = upstream.next();
    dial(proxy).socket.write(request);
    const server = await coming;
    await server.holds('\r\n\r\n');
    expect(server.bytes.toString()).toContain(`Host: ${new URL(upstream.url).host}\r\n`);
    expect(server.bytes.toString()).not.toContain('deflate');
  });

  it('keeps fragments of a message together, and lets control frames through between them', async () => {
    const { client, server } = await joined();
    const first = Buffer.from([0x01, 0x01, 0x61]);
    const ping = writeFrame(opcodes.ping, Buffer.alloc(0), false);
    const last = Buffer.from([0x80, 0x01, 0x62]);
    server.socket.write(Buffer.concat([first, ping, last]));
    await client.holds(last);
    expect(client.bytes).toEqual(Buffer.concat([ping, first, last]));
  });

  it.each([
    ['reset', 'error'],
    ['end', 'fin'],
  ] as const)('cuts both sides: %s', async (how, seen) => {
    const { proxy, client, server } = await joined();
    proxy.cut(how);
    await client.until(() => client.ended !== 'no');
    await server.until(() => server.ended !== 'no');
    expect([client.ended, server.ended]).toEqual([seen, seen]);
    expect(proxy.connections[0]?.endedBy).toBe('proxy');
  });

  it.each(['to-client', 'to-server'] as const)('cuts in the middle of a message: %s', async (direction) => {
    const { proxy, client, server } = await joined();
    const [from, to] = direction === 'to-client' ? [server, client] : [client, server];
    proxy.cutMidFrame(direction);
    const frame = text('a message that is never whole', direction === 'to-server');
    from.socket.write(frame);
    await to.until(() => to.ended !== 'no');
    await from.until(() => from.ended !== 'no');
    expect(to.bytes).toEqual(frame.subarray(0, Math.ceil(frame.length / 2)));
  });

  it('holds bytes back for the time asked for, and in order', async () => {
    const { proxy, client, server } = await joined();
    proxy.delay('to-client', 80);
    const startedAt = performance.now();
    server.socket.write(text('one', false));
    await client.holds('one');
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(78);
    server.socket.write(text('two', false));
    proxy.delay('to-client', 0);
    server.socket.write(text('three', false));
    await client.holds('three');
    const said = client.bytes.toString();
    expect(said.indexOf('two')).toBeLessThan(said.indexOf('three'));
  });

  it("falls silent in both directions, and tells neither side of the other's end", async () => {
    const { proxy, client, server, upstream } = await joined();
    proxy.halfOpen();
    client.socket.write(text('lost', true));
    server.socket.write(text('lost', false));
    await happens(() => proxy.connections[0]?.events.length === 2);
    client.socket.end();
    await happens(() => proxy.connections[0]?.endedAt !== null);
    // What the silent one had to hand on would have come before what a later one hands on.
    proxy.heal();
    const coming = upstream.next();
    dial(proxy).socket.write(request);
    await (await coming).holds('GET /room');
    expect(client.bytes.length + server.bytes.length).toBe(0);
    expect(server.ended).toBe('no');
    expect(proxy.connections[0]?.isHalfOpen).toBe(true);
  });

  it('falls silent in one direction alone', async () => {
    const { proxy, client, server } = await joined();
    proxy.halfOpen('to-client');
    server.socket.write(text('lost', false));
    client.socket.write(text('heard', true));
    await server.until(() => server.bytes.length > 0);
    expect(client.bytes.length).toBe(0);
  });

  it('refuses with a reset, so often as it was told', async () => {
    const { proxy, upstream } = await proxied();
    proxy.refuse('reset', 1);
    const first = dial(proxy);
    await first.until(() => first.ended !== 'no');
    const coming = upstream.next();
    dial(proxy).socket.write(request);
    await (await coming).holds('GET /room');
    expect(proxy.attempts).toBe(2);
    expect(proxy.connections).toHaveLength(1);
  });

  it('refuses with a status', async () => {
    const { proxy } = await proxied();
    proxy.refuse({ status: 503 });
    const client = dial(proxy);
    client.socket.write(request);
    await client.holds('HTTP/1.1 503');
  });

  it('leaves attempts hanging until it is healed', async () => {
    const { proxy } = await proxied();
    proxy.refuse('hang');
    const client = dial(proxy);
    client.socket.write(request);
    await once(client.socket, 'connect');
    await happens(() => proxy.attempts === 1);
    expect(client.ended).toBe('no');
    proxy.heal();
    await client.until(() => client.ended !== 'no');
    expect(client.bytes.length).toBe(0);
  });

  it("accepts and closes with a code, in the server's place", async () => {
    const { proxy } = await proxied();
    proxy.acceptAndClose(1012);
    const client = dial(proxy);
    client.socket.write(request);
    // RFC 6455 1.3 gives this answer to this key.
    await client.holds('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
    await client.holds(writeFrame(opcodes.close, closePayload(1012), false));
    expect(proxy.connections).toHaveLength(0);
  });

  it("closes an open connection with a code, in the server's name", async () => {
    const { proxy, client, server } = await joined();
    proxy.closeWith(4001);
    await client.holds(writeFrame(opcodes.close, closePayload(4001), false));
    await server.until(() => server.ended !== 'no');
  });

  it.each(['to-client', 'to-server'] as const)(
    'suppresses, duplicates and reorders messages: %s',
    async (direction) => {
      const { proxy, client, server } = await joined();
      const [from, to] = direction === 'to-client' ? [server, client] : [client, server];
      const matches = (wanted: string) => ({ matches: (said: string) => said === wanted });
      proxy.suppress(direction, matches('a'));
      proxy.duplicate(direction, matches('b'));
      proxy.reorder(direction, matches('c'));
      for (const said of 'abcdae') from.socket.write(text(said, direction === 'to-server'));
      const isDone = () =>
        proxy.connections[0]?.events.filter(({ leg, text: said }) => leg === 'out' && said === 'e').length === 1;
      await to.until(isDone);
      const out = proxy.connections[0]?.events.filter(({ leg }) => leg === 'out').map(({ text: said }) => said);
      expect(out?.join('')).toBe('bbdcae');
      expect(to.bytes.length).toBe(6 * text('a', direction === 'to-server').length);
      expect(proxy.strokesLeft).toBe(0);
    },
  );

  it('lets a held message go alone where none follows', async () => {
    const { proxy, client, server } = await joined();
    proxy.reorder('to-client');
    server.socket.write(text('alone', false));
    await client.holds('alone');
  });

  it('writes single bytes', async () => {
    const { proxy, client, server } = await joined();
    proxy.slice('to-client', 1);
    const frame = text('in many pieces', false);
    server.socket.write(frame);
    await client.holds(frame);
    expect(client.bytes).toEqual(frame);
    expect(client.chunks.length).toBeGreaterThan(1);
  });
});

describe('the fault proxy, between real peers', () => {
  it('carries a whole conversation, its end included', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: true });
    await once(server, 'listening');
    closers.push(() => server.close());
    server.on('connection', (socket: WebSocket) => {
      socket.on('message', (data) => socket.send(`back: ${data}`));
    });
    const proxy = await startProxy({ upstream: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` });
    closers.push(() => proxy.close());
    const { WebSocket: Client } = await import('ws');
    const client = new Client(`${proxy.url}/x`);
    await once(client, 'open');
    proxy.slice('to-server', 1);
    const long = 'long '.repeat(40);
    client.send(long);
    const [data] = await once(client, 'message');
    expect(String(data)).toBe(`back: ${long}`);
    const closing = [...server.clients].map((socket) => once(socket, 'close'));
    client.close(4000, 'enough');
    const [code] = await once(client, 'close');
    expect(code).toBe(4000);
    const [[seen]] = (await Promise.all(closing)) as [[number]];
    expect(seen).toBe(4000);
    expect(proxy.connections[0]?.events.filter(({ kind }) => kind === 'close').length).toBeGreaterThanOrEqual(3);
  });
});
