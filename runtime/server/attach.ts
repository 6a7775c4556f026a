// Channels on an HTTP server that is somebody else's: their addresses are taken over, all others stay as they are.

import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Gates } from './gates.ts';
import type { Cancel } from './seam.ts';
import { splitUrl, type Upgrader } from './upgrade.ts';

export type AnyHttpServer = HttpServer | HttpsServer;

/** Listens to requests for an upgrade. An address of none of the channels is left to the server's other listeners; where
 * there is no other, it is refused, for nobody would ever answer it. */
export const attachTo = (server: AnyHttpServer, gates: Gates, upgrader: Upgrader): Cancel => {
  const listener = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const isOurs = gates.covers(splitUrl(request.url).path);
    if (isOurs || server.listenerCount('upgrade') === 1) upgrader.upgrade(request, socket, head);
  };
  server.on('upgrade', listener);
  return () => {
    server.off('upgrade', listener);
  };
};
