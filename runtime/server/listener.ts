// One HTTP server for many channels: routes requests, refuses them as the contract says, and upgrades the others.

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { ContractSocket } from './contract-socket.ts';
import { type Admission, judgeHandshake, refusalFor } from './handshake.ts';
import type { Hub } from './hub.ts';
import { compileRoute } from './route.ts';
import type { ConnectionFacts, Framing, Refusal, Transport } from './seam.ts';
import { Session } from './session.ts';
import { SocketTransport } from './transport.ts';

/** Answers a plain HTTP request that no channel's address matches; false: it is not its either. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

export interface ListenerOptions {
  readonly hubs: readonly Hub[];
  readonly http: HttpHandler | null;
  /** Added to every response. */
  readonly headers: { readonly [name: string]: string };
  readonly framing: Framing;
}

interface Gate {
  readonly hub: Hub;
  readonly match: (path: string) => { readonly [name: string]: unknown } | null;
  readonly sockets: WebSocketServer;
}

const createSockets = (hub: Hub, options: ListenerOptions): WebSocketServer => {
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    ...options.framing,
    // `ws` counts after reassembly, and stops reading at the first byte too many.
    maxPayload: hub.table.limits.message?.bytes ?? 0,
  });
  sockets.on('headers', (headers) => {
    for (const [name, value] of Object.entries(options.headers)) headers.push(`${name}: ${value}`);
  });
  return sockets;
};

const splitUrl = (url: string | undefined): { path: string; search: URLSearchParams } => {
  const [path = '/', ...rest] = (url ?? '/').split('?');
  return { path, search: new URLSearchParams(rest.join('?')) };
};

const writeStatus = (socket: Duplex, status: number): void => {
  const body = STATUS_CODES[status] ?? 'Refused';
  socket.end(
    `HTTP/1.1 ${status} ${body}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
};

const isWebSocketUpgrade = (request: IncomingMessage): boolean =>
  request.method === 'GET' && request.headers.upgrade?.toLowerCase() === 'websocket';

export class Listener {
  readonly #gates: readonly Gate[];
  readonly #options: ListenerOptions;
  #server: Server | null = null;
  readonly #raw = new Set<Duplex>();
  /** Plain requests whose answer is not written yet. */
  readonly #answering = new Map<Duplex, ServerResponse>();
  /** While true, new handshakes are refused. */
  isEnding = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#gates = options.hubs.map((hub) => ({
      hub,
      match: compileRoute(hub.table).match,
      sockets: createSockets(hub, options),
    }));
  }

  /** Resolves to the port. @param port 0: any free one */
  async listen(port: number, host: string): Promise<number> {
    const server = createServer((request, response) => void this.#plain(request, response));
    server.on('connection', (socket) => {
      this.#raw.add(socket);
      socket.on('close', () => this.#raw.delete(socket));
    });
    server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
    this.#server = server;
    this.isEnding = false;
    return (server.address() as AddressInfo).port;
  }

  /** Stops listening and cuts what is still connected. @param finishAnswers spares plain requests that are being answered:
   * one of them may be what asked for this, and it is answered when all is done */
  async stop(finishAnswers = false): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const spared = finishAnswers ? new Map(this.#answering) : new Map<Duplex, ServerResponse>();
    for (const response of spared.values()) if (!response.headersSent) response.setHeader('connection', 'close');
    for (const socket of this.#raw) if (!spared.has(socket)) socket.destroy();
    // The port is free as soon as nothing listens; only the spared connections keep the old server from being closed.
    if (spared.size === 0) await closed;
  }

  #find(path: string): { gate: Gate; parameters: { readonly [name: string]: unknown } } | null {
    for (const gate of this.#gates) {
      const parameters = gate.match(path);
      if (parameters) return { gate, parameters };
    }
    return null;
  }

  async #plain(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    this.#answering.set(socket, response);
    response.on('close', () => this.#answering.delete(socket));
    const found = this.#find(splitUrl(request.url).path);
    for (const [name, value] of Object.entries(this.#options.headers)) response.setHeader(name, value);
    if (!found && (await this.#options.http?.(request, response))) return;
    const refusal = found ? refusalFor(found.gate.hub, 'plain-http') : null;
    const status = refusal?.by === 'status' ? refusal.status : 404;
    response.writeHead(status, {
      'content-type': 'text/plain',
      ...(status === 426 ? { connection: 'Upgrade', upgrade: 'websocket' } : {}),
    });
    response.end(STATUS_CODES[status]);
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Until `ws` takes over, an error of the socket ends only the handshake.
    socket.on('error', () => socket.destroy());
    const any = this.#options.hubs[0]?.seam;
    const { path, search } = splitUrl(any ? any.target(request.url ?? '/') : request.url);
    const found = this.#find(path);
    const hub = found?.gate.hub ?? null;
    const id = randomUUID();
    let admission: Admission | null = null;
    let refusal: Refusal | null = null;
    if (this.isEnding) refusal = refusalFor(hub, 'shutdown');
    else if (!found) refusal = refusalFor(null, 'unknown-path');
    else if (!isWebSocketUpgrade(request)) refusal = refusalFor(hub, 'plain-http');
    else {
      const verdict = await judgeHandshake(found.gate.hub, found.parameters, search, id);
      if ('admission' in verdict) admission = verdict.admission;
      else refusal = verdict.refusal;
      if (this.isEnding) refusal = refusalFor(hub, 'shutdown');
    }
    const seam = hub?.seam ?? any;
    if (seam) refusal = seam.handshake(refusal, hub?.table.name ?? null);
    if (refusal?.by === 'status' || !found) {
      writeStatus(socket, refusal?.by === 'status' ? refusal.status : 404);
      return;
    }
    // A decorated handshake may let in whom nobody admitted.
    const admitted = admission ?? this.#stranger(found.gate, found.parameters, id);
    found.gate.sockets.handleUpgrade(request, socket, head, (client) => {
      const transport = this.#transport(found.gate.hub, client as ContractSocket, socket, admitted, id);
      if (refusal?.by === 'close') {
        transport.listen({
          message() {},
          binary() {},
          pong() {},
          violation: (_, code) => transport.close(code, ''),
          closed() {},
        });
        transport.close(refusal.code, refusal.when);
        return;
      }
      this.#start(found.gate.hub, transport, admitted);
    });
  }

  #stranger(gate: Gate, parameters: { readonly [name: string]: unknown }, id: string): Admission {
    const name = gate.hub.table.room?.parameter;
    const user = { id: `stranger-${id}`, name: 'stranger' };
    const request = { user, parameters, query: {}, room: name ? String(parameters[name]) : null };
    return { request, roles: new Set(), state: undefined, expiresAt: null };
  }

  #transport(hub: Hub, client: ContractSocket, raw: Duplex, admission: Admission, id: string): Transport {
    const facts: ConnectionFacts = {
      id,
      channel: hub.table.name,
      user: admission.request.user,
      addressRoom: admission.request.room,
      rooms: new Set<string>(),
      roles: admission.roles,
    };
    return hub.seam.transport(new SocketTransport(facts, client, raw));
  }

  #start(hub: Hub, transport: Transport, admission: Admission): void {
    const { facts } = transport;
    new Session({
      hub,
      request: admission.request,
      facts: { ...facts, rooms: facts.rooms as Set<string> },
      state: admission.state,
      transport,
      expiresAt: admission.expiresAt,
    });
  }
}
