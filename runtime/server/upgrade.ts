// The opening handshake of a request for an upgrade: bounds, the contract's verdict, and the session of whom it lets in.

import type { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Bounds, HANDSHAKE_TIMEOUT_MS, judgeHeaders } from './bounds.ts';
import type { ContractSocket } from './contract-socket.ts';
import type { Crowd, Place } from './crowd.ts';
import type { Found, Gate, Gates } from './gates.ts';
import { type Admission, type HandshakeVerdict, judgeHandshake, refusalFor } from './handshake.ts';
import type { Hub } from './hub.ts';
import { describeError, type Log, type LogEntry } from './log.ts';
import type { Metrics } from './metrics.ts';
import { type RoomSet, Rooms } from './rooms.ts';
import type { ConnectionFacts, Refusal, Seam, Transport } from './seam.ts';
import { Session } from './session.ts';
import { SocketTransport } from './transport.ts';

export interface UpgradeOptions {
  readonly gates: Gates;
  readonly seam: Seam;
  readonly bounds: Bounds;
  readonly crowd: Crowd;
  readonly metrics: Metrics | null;
  readonly log: Log;
}

/** Path and query of a request's address. */
export const splitUrl = (url: string | undefined): { path: string; search: URLSearchParams } => {
  const [path = '/', ...rest] = (url ?? '/').split('?');
  // A second question mark belongs to a name; at the very start it would be dropped.
  return { path, search: new URLSearchParams(`&${rest.join('?')}`) };
};

const writeStatus = (socket: Duplex, status: number): void => {
  const body = STATUS_CODES[status] ?? 'Refused';
  socket.end(
    `HTTP/1.1 ${status} ${body}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    // A peer that never closes its side would keep the socket.
    () => socket.destroy(),
  );
};

// One for all sockets: a connection keeps its listeners.
function destroyItself(this: Duplex): void {
  this.destroy();
}

// As unlikely to come twice as a UUID, in a little more than half its length: a connection keeps it.
const makeId = (): string => randomBytes(15).toString('base64url');

const NO_ROLES: ReadonlySet<string> = new Set();

const isWebSocketUpgrade = (request: IncomingMessage): boolean =>
  request.method === 'GET' && request.headers.upgrade?.toLowerCase() === 'websocket';

export class Upgrader {
  readonly #options: UpgradeOptions;
  /** While true, new handshakes are refused. */
  isEnding = false;

  constructor(options: UpgradeOptions) {
    this.#options = options;
  }

  /** Takes the socket of a request over, whatever becomes of it. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Until `ws` takes over, an error of the socket ends only the handshake.
    socket.on('error', destroyItself);
    this.#upgrade(request, socket, head).catch((error) => {
      this.#tell('error', 'handshake-failed', null, describeError(error));
      socket.destroy();
    });
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { gates, seam, bounds, crowd } = this.#options;
    const { path, search } = splitUrl(seam.target(request.url ?? '/'));
    const found = gates.find(path);
    const hub = found?.gate.hub ?? null;
    // Node keeps an address that it was asked for.
    const ownAddress = (): string => (crowd.isByAddress ? (request.socket.remoteAddress ?? '') : '');
    const address = bounds.addressOf ? bounds.addressOf(request) : ownAddress();
    const entered = judgeHeaders(request, bounds) ?? crowd.enter(address);
    if (typeof entered === 'number') {
      this.#refuse(socket, hub, entered, 'bounds');
      return;
    }
    if (entered) socket.once('close', entered);
    const id = makeId();
    const verdict = await crowd.waiting(this.#judge(request, found, search, id));
    const refusal = seam.handshake('refusal' in verdict ? verdict.refusal : null, hub?.table.name ?? null);
    if (refusal?.by === 'status' || !found) {
      this.#refuse(socket, hub, refusal?.by === 'status' ? refusal.status : 404, refusal?.when ?? 'unknown-path');
      return;
    }
    // A decorated handshake may let in whom nobody admitted.
    const admission = 'admission' in verdict ? verdict.admission : this.#stranger(found, id);
    const place = refusal ? null : crowd.take(admission.request.user.id);
    if (!refusal && !place) {
      this.#refuse(socket, hub, 429, 'bounds');
      return;
    }
    if (place?.leave) socket.once('close', place.leave);
    this.#accept(found.gate, { request, socket, head, admission, refusal, place, id });
  }

  async #judge(
    request: IncomingMessage,
    found: Found | null,
    search: URLSearchParams,
    id: string,
  ): Promise<HandshakeVerdict> {
    const hub = found?.gate.hub ?? null;
    if (this.isEnding) return { refusal: refusalFor(hub, 'shutdown') };
    if (!found) return { refusal: refusalFor(null, 'unknown-path') };
    if (!isWebSocketUpgrade(request)) return { refusal: refusalFor(hub, 'plain-http') };
    const verdict = await this.#inTime(judgeHandshake(found.gate.hub, found.parameters, search, id), found.gate.hub);
    return this.isEnding ? { refusal: refusalFor(hub, 'shutdown') } : verdict;
  }

  /** A verdict that does not come, because a store hangs, must not hold the socket for ever. */
  async #inTime(verdict: Promise<HandshakeVerdict>, hub: Hub): Promise<HandshakeVerdict> {
    const { seam, bounds } = this.#options;
    let cancel = (): void => {};
    const late = new Promise<HandshakeVerdict>((resolve) => {
      cancel = seam.clock.setTimeout(() => {
        hub.report('handshake-failed', null, 'The verdict on a handshake took too long.');
        resolve({ refusal: refusalFor(hub, 'error') });
      }, bounds.handshakeTimeoutMs ?? HANDSHAKE_TIMEOUT_MS);
    });
    try {
      return await Promise.race([verdict, late]);
    } finally {
      cancel();
    }
  }

  #refuse(socket: Duplex, hub: Hub | null, status: number, because: string): void {
    this.#refused(hub, status, because);
    writeStatus(socket, status);
  }

  #refused(hub: Hub | null, answer: number, because: string): void {
    this.#options.metrics?.refused(hub?.table.name ?? null, answer);
    this.#tell('info', 'handshake-refused', hub, `${because}, answered by ${answer}`);
  }

  #tell(level: LogEntry['level'], event: string, hub: Hub | null, detail: string): void {
    this.#options.log({ level, event, channel: hub?.table.name ?? null, connection: null, detail });
  }

  #accept(
    { hub, sockets }: Gate,
    start: {
      readonly request: IncomingMessage;
      readonly socket: Duplex;
      readonly head: Buffer;
      readonly admission: Admission;
      readonly refusal: Refusal | null;
      readonly place: Place | null;
      readonly id: string;
    },
  ): void {
    const { request, socket, head, admission, refusal, place, id } = start;
    sockets.handleUpgrade(request, socket, head, (client) => {
      // `ws` listens itself by now, and a list of two listeners would cost every connection.
      socket.off('error', destroyItself);
      const facts: ConnectionFacts & { readonly rooms: RoomSet } = {
        id,
        channel: hub.table.name,
        user: admission.request.user,
        addressRoom: admission.request.room,
        rooms: new Rooms(),
        roles: admission.roles.size === 0 ? NO_ROLES : admission.roles,
      };
      const transport = hub.seam.transport(new SocketTransport(facts, client as ContractSocket, socket));
      if (refusal?.by === 'close') {
        this.#refused(hub, refusal.code, refusal.when);
        closeAtOnce(transport, refusal.code, refusal.when);
        return;
      }
      const { request: asked, state, expiresAt } = admission;
      const own = transport.facts as typeof facts;
      new Session({ hub, request: asked, facts: own, state, transport, expiresAt, userRate: place?.rate ?? null });
    });
  }

  #stranger({ gate, parameters }: Found, id: string): Admission {
    const name = gate.hub.table.room?.parameter;
    const user = { id: `stranger-${id}`, name: 'stranger' };
    const request = { user, parameters, query: {}, room: name ? String(parameters[name]) : null };
    return { request, roles: new Set(), state: undefined, expiresAt: null };
  }
}

/** A refusal that a browser can see: nothing is read, nothing but the close frame is sent. */
const closeAtOnce = (transport: Transport, code: number, reason: string): void => {
  transport.listen({
    message() {},
    binary() {},
    pong() {},
    violation: (_, violated) => transport.close(violated, ''),
    closed() {},
  });
  transport.close(code, reason);
};
