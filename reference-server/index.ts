// Starts the bundled server: the handlers of all channels on the runtime, with the fixtures of README.md.

import {
  type Bounds,
  type Clock,
  type ContractServer,
  type Control,
  controlHandler,
  createServer,
  type Engine,
  type Exposition,
  type HttpHandler,
  jwtVerifier,
  type Log,
  type Metrics,
  type SeamDecorator,
  startControl,
} from 'wirepact/server';
import { arena } from './arena.ts';
import { bucketlist } from './bucketlist.ts';
import { chat } from './chat.ts';
import { climbing } from './climbing.ts';
import { findUser } from './fixtures.ts';
import { notifications } from './notifications.ts';
import { roomInfoHandler } from './room-info.ts';
import { tabletop } from './tabletop.ts';
import { developmentSecret } from './tokens.ts';

export { dungeonMaster, findUser, outsider, unknownUser, users } from './fixtures.ts';
export { developmentSecret, makeToken } from './tokens.ts';
export { arena, bucketlist, chat, climbing, notifications, tabletop };

export interface ReferenceServerOptions {
  /** 0: any free one. @default 0 */
  readonly port?: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** Key of the tokens. @default the development secret */
  readonly secret?: string;
  /** @default an engine in memory */
  readonly engine?: Engine;
  readonly clock?: Clock;
  /** Multiplies every duration of the contract. @default 1 */
  readonly timeScale?: number;
  /** Whether permessage-deflate is negotiated. @default where the contract allows it */
  readonly deflate?: boolean;
  /** What is bounded besides the contract. */
  readonly bounds?: Bounds;
  /** Port of the control door, 0: any free one; `path`: below `/control` on the server's own port. @default none is opened */
  readonly control?: number | 'path';
  /** Shown in the header `x-wirepact-nonce` of every upgrade and by the control door. */
  readonly nonce?: string;
  readonly log?: Log;
  /** Also shown by the control door. @default nothing is counted */
  readonly metrics?: (Metrics & Exposition) | null;
  /** Exchanges or wraps what is outside of the runtime. */
  readonly decorate?: SeamDecorator;
}

export interface ReferenceServer {
  /** `ws://host:port`; each channel adds its pathname and address. */
  readonly url: string;
  readonly control?: Control;
  readonly server: ContractServer;
  /** Shuts down by the contract: handles what was received, closes every connection, stops listening. */
  close(): Promise<void>;
}

export const channels = [arena, bucketlist, tabletop, chat, notifications, climbing];

/** Resolves when it listens; rejects with the operating system's error where it cannot. */
export const startReferenceServer = async (options: ReferenceServerOptions = {}): Promise<ReferenceServer> => {
  const {
    port,
    host,
    secret = developmentSecret,
    nonce = null,
    control: controlPort,
    metrics = null,
    ...runtime
  } = options;
  const { clock } = runtime;
  const verifier = jwtVerifier({ secret, findUser, ...(clock && { now: () => clock.now() }) });
  const roomInfo = roomInfoHandler(() => server, verifier);
  const door: HttpHandler = (request, response) => controlHandler({ server, nonce, metrics })(request, response);
  const server: ContractServer = createServer({
    channels,
    verifier,
    http: async (request, response) =>
      (controlPort === 'path' && (await door(request, response))) || roomInfo(request, response),
    ...(nonce !== null && { headers: { 'x-wirepact-nonce': nonce } }),
    ...(metrics && { metrics }),
    ...runtime,
  });
  await server.listen({ ...(port !== undefined && { port }), ...(host !== undefined && { host }) });
  if (controlPort === undefined || controlPort === 'path') {
    return { url: server.url, server, close: () => server.close() };
  }
  let control: Control;
  try {
    control = await startControl({ server, port: controlPort, nonce, metrics });
  } catch (error) {
    await server.close();
    throw error;
  }
  return {
    url: server.url,
    control,
    server,
    close: async () => {
      // Last, so that it says meanwhile that the server is not ready.
      await server.close();
      await control.close();
    },
  };
};
