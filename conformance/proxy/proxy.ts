// A proxy between WebSocket clients and one server of any kind, which does to TCP connections and to messages whatever it is told.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, connect as openTcp, type Server, type Socket } from 'node:net';
import { connect as openTls } from 'node:tls';
import { type CutHow, type Direction, DirectionFaults, type Refusal, reset, type Stroke } from './faults.ts';
import { closePayload, opcodes, writeFrame } from './frames.ts';
import { type ConnectionRecord, ProxiedConnection } from './proxied-connection.ts';

export interface ProxyOptions {
  /** `ws://` or `wss://` address of the server; its path and query do not matter. */
  readonly upstream: string;
  /** PEM text of the certificate authority of a `wss://` server. */
  readonly ca?: string;
  /** Called whenever anything came, was handed on, or ended. */
  readonly onChange?: () => void;
}

/** How many messages a stroke is for, and which. */
export interface StrokeOptions {
  /** @default 1 */
  readonly count?: number;
  /** @default every text message */
  readonly matches?: (text: string) => boolean;
}

export interface FaultProxy {
  /** `ws://127.0.0.1:PORT`, without a path. */
  readonly url: string;
  /** Every connection that reached the server, in order. */
  readonly connections: readonly ConnectionRecord[];
  /** Attempts to connect, those that were refused and those that were closed by the proxy among them. */
  readonly attempts: number;
  /** Whether the newest connection is open, and not half-open. */
  readonly isWhole: boolean;
  /** Strokes that have met no message yet, of both directions. */
  readonly strokesLeft: number;
  /** Ends every connection. @default reset */
  cut(how?: CutHow): void;
  /** The next message that way is written in part, then its connection ends. */
  cutMidFrame(direction: Direction, options?: Pick<StrokeOptions, 'matches'>): void;
  /** The connections of now fall silent and do not end; later ones are whole. @default both */
  halfOpen(direction?: Direction | 'both'): void;
  /** Every byte that way is held back for so long; 0 ends it. */
  delay(direction: Direction, ms: number): void;
  /** Writes so many bytes at a time that way; 0 ends it. */
  slice(direction: Direction, bytes: number): void;
  /** The next attempts do not reach the server. @default until healed */
  refuse(how: Refusal, count?: number): void;
  /** The next attempts are accepted by the proxy and closed with the code at once; they do not reach the server. @default 1 */
  acceptAndClose(code: number, count?: number): void;
  /** Every open connection gets a close frame in the server's name. */
  closeWith(code: number): void;
  suppress(direction: Direction, options?: StrokeOptions): void;
  duplicate(direction: Direction, options?: StrokeOptions): void;
  /** A message goes after the one that follows it. */
  reorder(direction: Direction, options?: StrokeOptions): void;
  /** Ends every fault. Half-open connections stay silent; attempts that hang are reset. */
  heal(): void;
  /** Ends everything. */
  close(): Promise<void>;
}

interface Admission {
  readonly do: Refusal | { readonly code: number };
  left: number;
}

/** Listens on 127.0.0.1 and a free port. */
export async function startProxy(options: ProxyOptions): Promise<FaultProxy> {
  const upstream = new URL(options.upstream);
  const onChange = options.onChange ?? (() => {});
  const faults = { 'to-server': new DirectionFaults(), 'to-client': new DirectionFaults() };
  const connections: ProxiedConnection[] = [];
  const sockets = new Set<Socket>();
  const hanging = new Set<Socket>();
  let admissions: Admission[] = [];
  let attempts = 0;

  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    attempts += 1;
    keep(client);
    const admission = admissions.find(({ left }) => left > 0);
    if (admission === undefined) admit(client);
    else {
      admission.left -= 1;
      refuseWith(client, admission.do);
    }
    onChange();
  });

  function keep(socket: Socket): void {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  }

  function admit(client: Socket): void {
    const upstreamSocket = openUpstream(upstream, options.ca);
    keep(upstreamSocket);
    const parts = { client, server: upstreamSocket, host: upstream.host };
    connections.push(new ProxiedConnection(connections.length, parts, faults, onChange));
  }

  function refuseWith(client: Socket, how: Admission['do']): void {
    if (how === 'reset') reset(client);
    else if (how === 'hang') hanging.add(client);
    else void answer(client, how);
  }

  const strike = (direction: Direction, what: Stroke['do'], { count = 1, matches = () => true }: StrokeOptions = {}) =>
    faults[direction].arm({ do: what, left: count, matches });
  const open = () => connections.filter(({ isOpen }) => isOpen);

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections,
    get attempts() {
      return attempts;
    },
    get isWhole() {
      const newest = connections.at(-1);
      return newest?.isOpen === true && !newest.isHalfOpen;
    },
    get strokesLeft() {
      return faults['to-client'].waiting + faults['to-server'].waiting;
    },
    cut(how = 'reset') {
      for (const connection of connections) if (connection.endedAt === null) connection.cut(how);
    },
    cutMidFrame: (direction, { matches } = {}) =>
      strike(direction, 'cut-mid-frame', matches === undefined ? {} : { matches }),
    halfOpen(direction = 'both') {
      for (const connection of connections) if (connection.endedAt === null) connection.halfOpen(direction);
    },
    delay(direction, ms) {
      faults[direction].delayMs = ms;
    },
    slice(direction, bytes) {
      faults[direction].sliceBytes = bytes;
    },
    refuse: (how, count = Number.POSITIVE_INFINITY) => void admissions.push({ do: how, left: count }),
    acceptAndClose: (code, count = 1) => void admissions.push({ do: { code }, left: count }),
    closeWith(code) {
      for (const connection of open()) connection.closeWith(code);
    },
    suppress: (direction, given) => strike(direction, 'suppress', given),
    duplicate: (direction, given) => strike(direction, 'duplicate', given),
    reorder: (direction, given) => strike(direction, 'reorder', given),
    heal() {
      for (const one of Object.values(faults)) one.clear();
      admissions = [];
      for (const socket of hanging) reset(socket);
      hanging.clear();
    },
    async close() {
      for (const connection of connections) connection.cut('reset');
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function openUpstream(upstream: URL, ca: string | undefined): Socket {
  const isSecure = upstream.protocol === 'wss:' || upstream.protocol === 'https:';
  const host = upstream.hostname.replace(/^\[|\]$/g, '');
  const port = Number(upstream.port) || (isSecure ? 443 : 80);
  const where = { host, port, allowHalfOpen: true };
  const socket = isSecure
    ? openTls({ ...where, servername: host, ...(ca === undefined ? {} : { ca }) })
    : openTcp(where);
  socket.setNoDelay(true);
  return socket;
}

/** RFC 6455 1.3: what a server adds to the key before hashing it. */
const keySuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Answers an upgrade request in the server's place: a status, or an accepted connection that is closed at once. */
async function answer(client: Socket, how: { readonly status: number } | { readonly code: number }): Promise<void> {
  let head = '';
  for await (const bytes of client.iterator({ destroyOnReturn: false })) {
    head += (bytes as Buffer).toString('latin1');
    if (head.includes('\r\n\r\n')) break;
  }
  if (!client.writable) return;
  if ('status' in how) {
    client.end(`HTTP/1.1 ${how.status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    return;
  }
  const key = /^sec-websocket-key: *(.*?) *$/im.exec(head)?.[1] ?? '';
  const accept = createHash('sha1').update(`${key}${keySuffix}`).digest('base64');
  client.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  client.write(writeFrame(opcodes.close, closePayload(how.code), false));
  // Its own close frame is not looked at; its end is the end.
  client.resume();
  client.on('end', () => client.end());
  setTimeout(() => client.destroySoon(), 500).unref();
}
