// What a deployment bounds besides its contract: who may ask from where, how many connections there may be, and how long an
// opening handshake may take.

import type { IncomingMessage } from 'node:http';

export interface Bounds {
  /** Origins that may connect, as browsers write them: `https://example.org`. Whoever sends none is no browser, and may.
   * Others get 403. @default any */
  readonly origins?: readonly string[];
  /** Names that a request may call this server, with or without a port: `example.org`. Others get 421. @default any */
  readonly hosts?: readonly string[];
  /** Connections at once, handshakes under way among them; then 503. @default without bound */
  readonly connections?: number;
  /** The same for one user, over all channels of this process; then 429. @default without bound */
  readonly connectionsPerUser?: number;
  /** The same for one address; then 429. @default without bound */
  readonly connectionsPerAddress?: number;
  /** Address that a request counts for. @default the peer's. Behind a proxy that is the proxy: {@link forwardedAddress} */
  readonly addressOf?: (request: IncomingMessage) => string;
  /** Handshakes that wait for their verdict at once; then 503. @default 10000 */
  readonly handshakes?: number;
  /** Handshakes of one address, good ones and bad ones; beyond it 429. @default without bound */
  readonly handshakeRate?: { readonly perSecond: number; readonly burst: number };
  /** How long the headers may take to come, and then the verdict, in ms. @default 10000 */
  readonly handshakeTimeoutMs?: number;
  /** Size of a request's headers, its address among them, in bytes; then 431. Only of a server that listens by itself.
   * @default 16384 */
  readonly headerBytes?: number;
  /** Messages of one user, over all his connections to this process: those beyond are rejected like those beyond the
   * contract's rate. @default without bound */
  readonly userRate?: { readonly perSecond: number; readonly burst: number };
}

export const HANDSHAKES = 10_000;
export const HANDSHAKE_TIMEOUT_MS = 10_000;
export const HEADER_BYTES = 16_384;

/** The client that the nearest proxy saw: the last entry of `X-Forwarded-For`. What stands before it anyone can write. */
export const forwardedAddress = (request: IncomingMessage): string => {
  const values = [request.headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  return values.at(-1)?.trim() || (request.socket.remoteAddress ?? '');
};

const hostNames = (host: string | undefined): readonly string[] =>
  host === undefined ? [] : [host.toLowerCase(), host.toLowerCase().replace(/:\d+$/, '')];

/** Whether a request calls this server by a name that it has. */
export const isForUs = ({ headers }: IncomingMessage, { hosts }: Bounds): boolean =>
  !hosts || hostNames(headers.host).some((name) => hosts.some((host) => host.toLowerCase() === name));

/** Status of a refusal by the headers of a request for an upgrade; null: none. */
export const judgeHeaders = (request: IncomingMessage, bounds: Bounds): number | null => {
  if (!isForUs(request, bounds)) return 421;
  const { origin } = request.headers;
  return bounds.origins && origin !== undefined && !bounds.origins.includes(origin) ? 403 : null;
};
