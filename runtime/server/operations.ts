// What an operator's tools ask over HTTP: is the process alive, is it ready for clients, and what has it counted.

import type { ServerResponse } from 'node:http';
import type { Exposition } from './metrics-prometheus.ts';
import type { HttpHandler } from './plain-http.ts';
import type { ContractServer } from './server.ts';

export interface Operations {
  readonly server: Pick<ContractServer, 'readiness'>;
  /** What `/metrics` shows; null: it says that nothing is counted. @default null */
  readonly metrics?: Exposition | null;
  /** Above the three paths. @default '' */
  readonly prefix?: string;
}

const json = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};

/** Answers `GET /health` (200 while the process runs), `GET /ready` (200, or 503 with the reason) and `GET /metrics`. */
export const operationsHandler =
  ({ server, metrics = null, prefix = '' }: Operations): HttpHandler =>
  async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    switch ((request.url ?? '/').split('?')[0]) {
      case `${prefix}/health`:
        json(response, 200, { live: true });
        return true;
      case `${prefix}/ready`: {
        const readiness = await server.readiness();
        json(response, readiness.ready ? 200 : 503, readiness);
        return true;
      }
      case `${prefix}/metrics`: {
        if (!metrics) {
          json(response, 404, { error: 'Nothing is counted: the server was given no metrics. Install prom-client.' });
          return true;
        }
        const { type, text } = await metrics.exposition();
        response.writeHead(200, { 'content-type': type });
        response.end(text);
        return true;
      }
      default:
        return false;
    }
  };
