// The server: channels, their handlers and the seam put together; listening, publishing from outside, shutting down.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AnyHttpServer, attachTo } from './attach.ts';
import type { Bounds } from './bounds.ts';
import { systemClock } from './clock.ts';
import { ContractSocket } from './contract-socket.ts';
import { Crowd } from './crowd.ts';
import { memoryEngine } from './engine-memory.ts';
import type { BoundChannel, Outside, ServerTypes } from './facade.ts';
import { Gates } from './gates.ts';
import { Hub } from './hub.ts';
import { Listener } from './listener.ts';
import { consoleLog, describeError, type Log } from './log.ts';
import type { ChannelCensus, Metrics } from './metrics.ts';
import { answerOnAddress, type HttpHandler } from './plain-http.ts';
import type { Audience } from './publisher.ts';
import { type Readiness, readinessOf } from './readiness.ts';
import { scaleTable } from './scale.ts';
import type { Cancel, Clock, Engine, Fanout, Seam, SeamDecorator, TokenVerifier } from './seam.ts';
import { shutHub } from './shutdown.ts';
import { roomTopic } from './topics.ts';
import { Upgrader } from './upgrade.ts';

export interface ServerOptions {
  readonly channels: readonly BoundChannel[];
  /** Judges tokens; needed by channels that take one. @default null */
  readonly verifier?: TokenVerifier | null;
  /** @default an engine in memory */
  readonly engine?: Engine;
  /** @default the clock of the operating system */
  readonly clock?: Clock;
  /** Multiplies every duration of the contract and divides its rates. @default 1 */
  readonly timeScale?: number;
  /** Whether permessage-deflate is negotiated with whoever offers it. @default only where a channel's contract allows it */
  readonly deflate?: boolean;
  /** What is bounded besides the contract. */
  readonly bounds?: Bounds;
  /** Added to every response. */
  readonly headers?: { readonly [name: string]: string };
  /** Answers plain HTTP requests outside of the channels' addresses. */
  readonly http?: HttpHandler;
  /** @default warnings and errors to standard error */
  readonly log?: Log;
  /** Told of what happens, to be counted. @default nothing is counted */
  readonly metrics?: Metrics;
  /** Exchanges or wraps what is outside of the runtime. */
  readonly decorate?: SeamDecorator;
}

export interface ListenOptions {
  /** 0: any free one. @default 0 */
  readonly port?: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
}

const deliverToAll: Fanout = (_publication, message, recipients) => {
  for (const recipient of recipients) recipient.deliver(message);
};

export class ContractServer {
  readonly #hubs: readonly Hub[];
  readonly #gates: Gates;
  readonly #headers: { readonly [name: string]: string };
  readonly #upgrader: Upgrader;
  readonly #listener: Listener;
  readonly #seam: Seam;
  #isServing = false;
  #port = 0;
  #host = '127.0.0.1';

  constructor(options: ServerOptions) {
    const clock = options.clock ?? systemClock;
    const plain: Seam = {
      channels: options.channels.map(({ contract }) => ({
        ...contract,
        table: scaleTable(contract.table, options.timeScale ?? 1),
      })),
      clock,
      engine: options.engine ?? memoryEngine({ clock }),
      verifier: options.verifier ?? null,
      target: (target) => target,
      handshake: (refusal) => refusal,
      framing: {
        perMessageDeflate: options.deflate ?? null,
        skipUTF8Validation: false,
        WebSocket: ContractSocket,
      },
      handlers: (handlers) => handlers,
      transport: (transport) => transport,
      fanout: deliverToAll,
    };
    this.#seam = options.decorate?.(plain) ?? plain;
    const { log = consoleLog, metrics = null, bounds = {}, headers = {} } = options;
    this.#hubs = options.channels.map(
      ({ contract, handlers }, index) =>
        new Hub(
          this.#seam.channels[index] ?? contract,
          this.#seam.handlers(handlers, contract.table.name),
          this.#seam,
          log,
          metrics,
        ),
    );
    metrics?.watch?.(() => this.census());
    const gates = new Gates({ hubs: this.#hubs, headers, framing: this.#seam.framing });
    const crowd = new Crowd(bounds, this.#seam.clock);
    const report = (event: string, error: unknown): void =>
      log({ level: 'error', event, channel: null, connection: null, detail: describeError(error) });
    const upgrader = new Upgrader({ gates, seam: this.#seam, bounds, crowd, metrics, log });
    this.#gates = gates;
    this.#headers = headers;
    this.#upgrader = upgrader;
    this.#listener = new Listener({ gates, upgrader, bounds, headers, http: options.http ?? null, report });
  }

  /** `ws://host:port`, without a path. */
  get url(): string {
    return `ws://${this.#host}:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  get engine(): Engine {
    return this.#seam.engine;
  }

  /** Starts listening. Rejects with the operating system's error where it cannot. */
  async listen(options: ListenOptions = {}): Promise<void> {
    this.#host = options.host ?? '127.0.0.1';
    this.#begin();
    this.#port = await this.#listener.listen(options.port ?? 0, this.#host);
  }

  /** Takes the addresses of the channels on a server that is somebody else's, instead of {@link listen}; its other requests
   * and upgrades stay its own. After {@link shutdown} new handshakes are refused, until what is returned is called. */
  attach(server: AnyHttpServer): Cancel {
    this.#begin();
    return attachTo(server, this.#gates, this.#upgrader);
  }

  /** Of an attached server: answers a plain HTTP request to the address of a channel as the contract says, synchronously.
   * False: it is none, and nothing was written. */
  answerPlain(request: IncomingMessage, response: ServerResponse): boolean {
    return answerOnAddress({ gates: this.#gates, headers: this.#headers }, request, response);
  }

  /** Whether it takes handshakes and can keep what it accepts. */
  readiness(): Promise<Readiness> {
    return readinessOf(this.#seam, this.#isServing, this.#upgrader.isEnding);
  }

  /** Connections and what lies unsent for them, a channel each. */
  census(): readonly ChannelCensus[] {
    return this.#hubs.map((hub) => hub.census());
  }

  channel(name: string): Hub | null {
    return this.#hubs.find((hub) => hub.table.name === name) ?? null;
  }

  /** Sends of a channel for the server's own code, typed. Throws where the channel is not one of this server. */
  of<C extends ServerTypes>(channel: BoundChannel<C>): Outside<C> {
    const hub = this.channel(channel.contract.table.name);
    if (!hub) throw new Error(`This server has no channel ${channel.contract.table.name}.`);
    return {
      room: (room) => ({
        send: (message) => hub.publisher.send(message, { to: 'room', room }),
        members: () => hub.seam.engine.members(roomTopic(hub.table.name, room)),
      }),
      toUsers: (users, message) =>
        hub.publisher.send(message, { to: 'user', users: typeof users === 'string' ? [users] : users }),
      everyone: (message) => hub.publisher.send(message, { to: 'everyone' }),
    };
  }

  /** Sends a message of the server's own to whom its delivery word says. */
  async publish(channel: string, message: unknown, audience: Audience): Promise<void> {
    const hub = this.channel(channel);
    if (!hub) throw new Error(`There is no channel ${JSON.stringify(channel)}.`);
    await hub.publisher.send(message, audience);
  }

  /** Cuts connections without a closing handshake. @param user null: everyone's. Returns how many. */
  drop(filter: { readonly channel?: string; readonly user?: string; readonly room?: string } = {}): number {
    const sessions = this.#sessions(filter);
    for (const session of sessions) session.terminate();
    return sessions.length;
  }

  /** Treats the tokens of a user's connections as expired now. Returns how many connections. */
  expire(filter: { readonly channel?: string; readonly user: string }): number {
    const sessions = this.#sessions(filter);
    for (const session of sessions) session.expire();
    return sessions.length;
  }

  /** Handles what was received, delivers what was accepted, closes everything with the contract's code, and stops
   * listening. New handshakes meanwhile are refused. */
  async shutdown(): Promise<void> {
    await this.#shutHubs();
    await this.#listener.stop();
  }

  /** {@link shutdown}, and listens again on the same port; the engine is kept. Plain requests that are being answered stay
   * connected until they are: one of them may have asked for it. */
  async restart(): Promise<void> {
    await this.#shutHubs();
    await this.#listener.stop(true);
    await this.listen({ port: this.#port, host: this.#host });
  }

  /** {@link shutdown}, and closes the engine. */
  async close(): Promise<void> {
    await this.shutdown();
    await this.#seam.engine.close();
  }

  #sessions(filter: { readonly channel?: string; readonly user?: string; readonly room?: string }) {
    return this.#hubs
      .filter((hub) => filter.channel === undefined || hub.table.name === filter.channel)
      .flatMap((hub) => [...hub.sessions])
      .filter((session) => filter.user === undefined || session.facts.user.id === filter.user)
      .filter((session) => filter.room === undefined || session.rooms.has(filter.room));
  }

  #begin(): void {
    for (const hub of this.#hubs) hub.isEnding = false;
    this.#upgrader.isEnding = false;
    this.#isServing = true;
  }

  async #shutHubs(): Promise<void> {
    this.#upgrader.isEnding = true;
    await Promise.all(this.#hubs.map(shutHub));
  }
}

export const createServer = (options: ServerOptions): ContractServer => new ContractServer(options);
