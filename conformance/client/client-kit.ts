// The kit of one client case: clients of its own, the server that they meet, one trace, and words for what a rule waits for.
import type { Channel, ClientMessage, Contract, Level, ServerMessage } from '../../scripts/model.ts';
import type { Adapter } from '../adapter/adapter.ts';
import { type Clock, type TimingCheck, toleranceMs } from '../harness/clock.ts';
import type { Connection } from '../harness/connection.ts';
import { MessageBuilder, uniqueText } from '../harness/messages.ts';
import type { Observation, RunRecord } from '../harness/record.ts';
import { sampleOf } from '../harness/samples.ts';
import type { Schemas } from '../harness/schemas.ts';
import { Signal } from '../harness/signal.ts';
import { Trace } from '../harness/trace.ts';
import { Failed, Inconclusive } from '../rule.ts';
import { ClientUnderTest } from './client-under-test.ts';
import { createClient, pathOf } from './create-order.ts';
import type { PlayedServer } from './played-server.ts';
import { Responder } from './responder.ts';
import { ServerMessages } from './server-messages.ts';
import type { Overlap } from './stage.ts';
import { TokenDesk } from './tokens.ts';

/** What all cases of a run share. */
export interface ClientSession {
  readonly contract: Contract;
  readonly adapter: Adapter;
  readonly server: PlayedServer;
  readonly schemas: Schemas;
  readonly clock: Clock;
  readonly record: RunRecord;
  readonly overlaps: Map<string, readonly Overlap[]>;
  /** The slowest answer of the adapter between two points in time, ms. */
  adapterLag(from: number, to: number): number;
  /** Numbers the clients of the run. */
  nextClient(): string;
}

/** How long a connection may take that has to come, ms: browsers hold handshakes back for seconds. */
const openWithinMs = 5000;

export interface CreateClientOptions {
  /** @default one made up for the case, where the channel has rooms */
  readonly room?: string;
  readonly parameters?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  /** @default false */
  readonly pauseWhenHidden?: boolean;
}

export interface ReadyClient {
  readonly client: ClientUnderTest;
  readonly connection: Connection;
}

export class ClientKit {
  readonly channel: Channel;
  readonly contract: Contract;
  readonly clock: Clock;
  readonly schemas: Schemas;
  readonly trace = new Trace();
  readonly clients: ClientUnderTest[] = [];
  /** Multiplies durations further than the run's time scale does: a case that measures short ones asks for it. */
  readonly #stretch: number;
  readonly #session: ClientSession;
  readonly #signal = new Signal();

  constructor(session: ClientSession, channel: Channel, stretch: number) {
    this.#session = session;
    this.channel = channel;
    this.contract = session.contract;
    this.clock = session.clock;
    this.schemas = session.schemas;
    this.#stretch = session.clock.timeScale < 1 ? Math.min(stretch, 1 / session.clock.timeScale) : 1;
  }

  get timeScale(): number {
    return this.clock.timeScale * this.#stretch;
  }

  /** A contract duration as the clients of this case run it. */
  scaled(ms: number): number {
    return ms * this.timeScale;
  }

  /** How long to wait for something that has to come at once, ms. */
  get patienceMs(): number {
    return 2000;
  }

  /**
   * Two-sided, as {@link Clock.checkTiming}; bounds are scaled already. Where the adapter itself was slow to answer meanwhile, a
   * breach is inconclusive.
   * @param level lowers the case's level for this breach
   */
  checkTiming(check: TimingCheck, level: Level = 'MUST'): void {
    const until = check.seenAt ?? this.clock.now();
    // From an end to the next attempt: told to the client, a token asked for and given, the connection opened.
    const slow = this.#session.adapterLag(check.from, until) * 3;
    try {
      this.clock.checkTiming({
        ...check,
        earliestMs: check.earliestMs - slow,
        latestMs: check.latestMs + slow,
      });
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      if (slow > toleranceMs * 2) throw new Inconclusive(`the adapter answered ${Math.round(slow)} ms late meanwhile`);
      const reason = error.reason === undefined ? {} : { reason: error.reason };
      throw new Failed(error.expected, error.observed, { ...reason, level });
    }
  }

  /** A client that is not yet told to connect. */
  async create(options: CreateClientOptions = {}): Promise<ClientUnderTest> {
    const { adapter, server, schemas } = this.#session;
    const { channel } = this;
    const id = this.#session.nextClient();
    const { stage, url } = await server.open(id, channel, this.trace, this.#signal);
    const roomName = channel.room?.parameter ?? null;
    const parameters: Record<string, string | number> = {};
    for (const { name, schema } of channel.parameters) {
      const made = name === roomName ? this.#freeRoom(schema) : null;
      parameters[name] = made ?? (sampleOf(schema, schemas) as string | number);
    }
    Object.assign(parameters, options.parameters);
    const room = roomName === null ? null : String(options.room ?? parameters[roomName]);
    if (roomName !== null && options.room !== undefined) parameters[roomName] = options.room;
    const query: Record<string, string | number | boolean> = { ...options.query };
    for (const { name, required, schema } of channel.query) {
      if (required && query[name] === undefined) query[name] = sampleOf(schema, schemas) as string;
    }
    const path = pathOf(channel, parameters);
    const messages = new ServerMessages(channel, schemas, room);
    const responder = new Responder(channel, messages);
    const tokens = new TokenDesk(adapter, id, (token) => this.trace.redact(token));
    const builder = new MessageBuilder(channel, schemas);
    const client = new ClientUnderTest({
      id,
      channel,
      path: `${channel.pathname}${path}`,
      room,
      adapter,
      stage,
      tokens,
      responder,
      messages,
      builder,
      signal: this.#signal,
    });
    stage.onOpen = (connection) => responder.greet(connection);
    stage.onMessage = (connection, index) => responder.receive(connection, connection.messages[index]!);
    this.clients.push(client);
    await createClient(adapter, {
      id,
      channel,
      url,
      parameters,
      query,
      timeScale: this.timeScale,
      scaled: (ms) => this.scaled(ms),
      ...(options.pauseWhenHidden === undefined ? {} : { pauseWhenHidden: options.pauseWhenHidden }),
    });
    return client;
  }

  /** A client that has connected; the server has greeted it. */
  async connected(options: CreateClientOptions = {}): Promise<ReadyClient> {
    const client = await this.create(options);
    await client.connect();
    return { client, connection: await this.opened(client, 0) };
  }

  /** A client that is connected and ready. */
  async ready(options: CreateClientOptions = {}): Promise<ReadyClient> {
    const { client, connection } = await this.connected(options);
    await this.becomesReady(client);
    return { client, connection };
  }

  /** The n-th connection that was accepted; {@link Failed} where it does not come. */
  async opened(client: ClientUnderTest, index: number, withinMs = openWithinMs): Promise<Connection> {
    await this.until(() => client.stage.connections.length > index, withinMs);
    const connection = client.stage.connections[index];
    if (connection === undefined) {
      const observed = `${client.stage.connections.length} in ${Math.round(withinMs)} ms`;
      throw new Failed(`connection ${index + 1}`, observed, { reason: 'no-connection' });
    }
    return connection;
  }

  /** Waits until the client says that it is ready, counted from the time of the call. */
  async becomesReady(
    client: ClientUnderTest,
    withinMs = this.patienceMs + this.scaled(this.readyAfterMs),
  ): Promise<void> {
    if (await this.until(() => client.state?.ready === true, withinMs)) return;
    throw new Failed('the client to become ready', `it says ${client.state?.state ?? 'nothing'}, not ready`, {
      reason: 'not-ready',
    });
  }

  /** How long after opening a client is ready without any message; 0 where only a message makes it so. */
  get readyAfterMs(): number {
    const rows = this.channel.auth?.ready ?? [];
    return Math.max(0, ...rows.map((row) => (row.on === 'open' ? row.afterMs : 0)));
  }

  /** Woken by everything that comes on the wire or from the adapter. */
  until(condition: () => boolean, withinMs: number): Promise<boolean> {
    return this.#signal.until(condition, withinMs);
  }

  clientMessage(key: string): ClientMessage {
    const found = this.channel.clientMessages.find((message) => message.key === key);
    if (found === undefined) throw new Error(`The channel ${this.channel.name} has no client message ${key}.`);
    return found;
  }

  serverMessage(key: string): ServerMessage {
    const found = this.channel.serverMessages.find((message) => message.key === key);
    if (found === undefined) throw new Error(`The channel ${this.channel.name} has no server message ${key}.`);
    return found;
  }

  /** For the monitors: what was seen of each client, with everything still in it. */
  observed(): readonly Omit<Observation, 'instance' | 'channel'>[] {
    const frames = this.trace.frames();
    return this.clients.map(({ stage, tokens }) => ({
      connections: [...stage.connections],
      refusals: [],
      tokens: tokens.requests.flatMap(({ token }) => token ?? []),
      frames,
    }));
  }

  overlaps(): readonly Overlap[] {
    return this.clients.flatMap(({ stage }) => stage.overlaps);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.dispose()));
    for (const { id } of this.clients) this.#session.server.leave(id);
  }

  /** A room of the case's own, in whatever form the parameter takes. */
  #freeRoom(schema: ClientMessage['schema']): string | number | null {
    const number = 1 + Math.floor(Math.random() * 2 ** 30);
    const candidates = [uniqueText('r-'), number, uniqueText('').slice(0, 8)];
    return candidates.find((candidate) => this.schemas.accepts(schema, candidate)) ?? null;
  }
}
