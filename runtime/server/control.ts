// A door for tests and demonstrations: JSON over HTTP on a port of its own, by which the server's own side is asked to
// publish, to drop connections, to restart, and to let a token expire. Never part of a deployment.

import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ControlOrder, RequestError, readOrder } from './control-order.ts';
import type { Exposition } from './metrics-prometheus.ts';
import { operationsHandler } from './operations.ts';
import type { HttpHandler } from './plain-http.ts';
import type { ContractServer } from './server.ts';

const PREFIX = '/control';
const LARGEST_BODY = 1_048_576;

/** What the door opens on. */
export interface Door {
  readonly server: Pick<ContractServer, 'channel' | 'publish' | 'drop' | 'expire' | 'restart' | 'readiness'>;
  /** Answered by GET /identity. */
  readonly nonce: string | null;
  /** What GET /metrics shows. @default nothing is counted */
  readonly metrics?: Exposition | null;
}

export interface ControlOptions extends Door {
  /** 0: any free one. */
  readonly port: number;
}

export interface Control {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  close(): Promise<void>;
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  let body = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    body += chunk;
    if (body.length > LARGEST_BODY) throw new RequestError(413, 'The body is larger than 1 MiB.');
  }
  return body;
};

const carryOut = async (server: Door['server'], order: ControlOrder): Promise<object> => {
  switch (order.hook) {
    case 'publish':
      await server.publish(order.channel, order.message, order.audience);
      return {};
    case 'drop':
      return { connections: server.drop(order.filter) };
    case 'expire-token':
      return { connections: server.expire(order.filter) };
    case 'restart':
      await server.restart();
      return {};
  }
};

const answer = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};

const respond = async (options: Door, request: IncomingMessage): Promise<object> => {
  const path = (request.url ?? '/').split('?')[0]!.replace(PREFIX, '') || '/';
  if (request.method === 'GET' && path === '/identity') return { nonce: options.nonce };
  const order = readOrder(options.server, request.method, path, await readBody(request));
  return { done: true, ...(await carryOut(options.server, order)) };
};

const respondTo = async (options: Door, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { server, metrics = null } = options;
  try {
    for (const prefix of ['', PREFIX]) {
      if (await operationsHandler({ server, metrics, prefix })(request, response)) return;
    }
    // A page that somebody has open in a browser must not reach what only programs are to ask for.
    if (request.headers.origin !== undefined) throw new RequestError(403, 'Pages may not use the control door.');
    answer(response, 200, await respond(options, request));
  } catch (error) {
    const known = error instanceof RequestError;
    const text = known || (error instanceof Error && error.name === 'RefusalError') ? error.message : null;
    answer(response, known ? error.status : 500, { error: text ?? 'The request could not be carried out.' });
  }
};

/** The door on the port of the server itself, at and below `/control`. */
export const controlHandler =
  (options: Door): HttpHandler =>
  async (request, response) => {
    const path = (request.url ?? '/').split('?')[0]!;
    if (path !== PREFIX && !path.startsWith(`${PREFIX}/`)) return false;
    await respondTo(options, request, response);
    return true;
  };

/** Opens the door on 127.0.0.1. Rejects with the operating system's error where the port is taken. */
export const startControl = async (options: ControlOptions): Promise<Control> => {
  const http: Server = createHttpServer((request, response) => {
    void respondTo(options, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(options.port, '127.0.0.1', () => resolve());
  });
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
};
