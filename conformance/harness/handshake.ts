// One opening handshake, told as it went: refused with a status, accepted and closed, open, or no answer at all.
import { randomBytes } from 'node:crypto';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { type ClientOptions, WebSocket } from 'ws';
import type { UpgradeAnswer } from '../kit.ts';
import { type Attempt, Connection, type ConnectionParts } from './connection.ts';
import { encodeFrame } from './frames.ts';

export interface HandshakeOptions extends Omit<ConnectionParts, 'socket' | 'tcp'> {
  readonly url: string;
  readonly ca?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly early?: readonly string[];
  /** Until the HTTP answer. */
  readonly timeoutMs: number;
  /** How long an accepted connection is watched for an end by the server before it is called open. 0: not at all. */
  readonly settleMs: number;
  /** The header that proves the target's identity is looked for here. */
  readonly onUpgrade?: (response: IncomingMessage) => void;
}

export async function shakeHands(options: HandshakeOptions): Promise<Attempt> {
  const startedAt = performance.now();
  const { trace, name } = options;
  let tcp: Socket | null = null;
  const early = options.early ?? [];
  // @types/ws does not know closeTimeout yet.
  const settings: ClientOptions & { closeTimeout: number } = {
    autoPong: false,
    allowSynchronousEvents: false,
    perMessageDeflate: false,
    handshakeTimeout: options.timeoutMs,
    closeTimeout: 2000,
    maxPayload: 64 * 1024 * 1024,
    headers: { ...options.headers },
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(early.length === 0 ? {} : { finishRequest: (request: ClientRequest) => finishWith(request, early) }),
  };
  const socket = new WebSocket(options.url, settings);
  const connection = new Connection({ ...options, socket, tcp: () => tcp });
  for (const text of early) connection.noteSent(text);
  return await new Promise((resolve) => {
    let settled = false;
    const settle = (attempt: Attempt) => {
      if (settled) return;
      settled = true;
      resolve(attempt);
    };
    socket.on('upgrade', (response) => {
      tcp = response.socket;
      options.onUpgrade?.(response);
      connection.openedAt = performance.now();
      trace.add({ connection: name, direction: 'received', kind: 'open', data: options.url });
    });
    socket.on('open', () => {
      void connection.ended(options.settleMs).then((ending) => {
        settle(ending === null ? { outcome: 'open', connection } : { outcome: 'closed', connection, ending });
      });
    });
    socket.on('unexpected-response', (_request: ClientRequest, response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      const done = () => {
        const status = response.statusCode ?? 0;
        trace.add({
          connection: name,
          direction: 'received',
          kind: 'refused',
          data: response.statusMessage ?? '',
          code: status,
        });
        response.destroy();
        settle({
          outcome: 'refused',
          status,
          body: trace.clean(Buffer.concat(chunks).toString().slice(0, 2000)),
          afterMs: performance.now() - startedAt,
        });
      };
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', done);
      response.on('error', done);
      setTimeout(done, 1000).unref();
    });
    socket.on('error', (error) => {
      if (connection.openedAt > 0) return;
      settle({ outcome: 'failed', error: trace.clean(error.message), afterMs: performance.now() - startedAt });
    });
  });
}

/** Frames that ride behind the upgrade request, before any answer. */
function finishWith(request: ClientRequest, early: readonly string[]): void {
  request.on('finish', () => {
    for (const text of early) request.socket?.write(encodeFrame({ opcode: 1, payload: text }));
  });
  request.end();
}

/** The status of a plain GET on a socket address; 0 where there was no HTTP answer. */
export function plainStatus(url: string, ca: string | undefined, timeoutMs: number): Promise<number> {
  const address = new URL(url.replace(/^ws/, 'http'));
  const send = address.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const request = send(
      address,
      { agent: false, timeout: timeoutMs, ...(ca === undefined ? {} : { ca }) },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
        response.on('end', () => request.destroy());
      },
    );
    request.on('error', () => resolve(0));
    request.on('timeout', () => request.destroy());
    request.end();
  });
}

/** The answer to an upgrade request, its headers included; the TCP connection is dropped then. Null where there was none. */
export function upgradeAnswer(
  url: string,
  options: { readonly ca?: string | undefined; readonly headers: Readonly<Record<string, string>>; timeoutMs: number },
): Promise<UpgradeAnswer | null> {
  const address = new URL(url.replace(/^ws/, 'http'));
  const send = address.protocol === 'https:' ? httpsRequest : httpRequest;
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
    ...options.headers,
  };
  return new Promise((resolve) => {
    const request = send(address, {
      agent: false,
      headers,
      timeout: options.timeoutMs,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    });
    const answer = (response: IncomingMessage) => {
      const shown = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
      resolve({ status: response.statusCode ?? 0, headers: Object.fromEntries(shown) });
      response.socket.destroy();
    };
    request.on('upgrade', answer);
    request.on('response', answer);
    request.on('error', () => resolve(null));
    request.on('timeout', () => request.destroy());
    request.end();
  });
}
