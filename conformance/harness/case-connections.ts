// The connections of one case: opened, refused, joined, and brought to rest.
import type { Channel, ClientMessage } from '../../scripts/model.ts';
import type { ConnectOptions, PartyOptions, UpgradeAnswer } from '../kit.ts';
import { Failed } from '../rule.ts';
import { channelUrl } from './address.ts';
import type { Cast } from './case-actors.ts';
import { CaseMessages } from './case-messages.ts';
import { type Attempt, type Connection, describeAttempt, type Received } from './connection.ts';
import { Fence } from './fence.ts';
import type { RoundTripFence } from './fence-choice.ts';
import { plainStatus, shakeHands, upgradeAnswer } from './handshake.ts';
import { type Joining, join, leave } from './joining.ts';
import type { BuildOptions, Built } from './messages.ts';
import { valueAt } from './pointer.ts';
import { idSeen } from './references.ts';
import { classify } from './schemas.ts';
import type { Session } from './session.ts';

/** Until an accepted connection counts as open, ms: a refusal by close may still come. */
const shortestSettleMs = 150;

/** Until there is an HTTP answer, ms. */
const handshakeMs = 5000;

/** What a server does not send on joining is learnt once for all cases of a run. */
const withheld = new WeakMap<Session, Map<string, Set<string>>>();

function withheldOf(session: Session, { name }: Channel): Set<string> {
  const ofRun = withheld.get(session) ?? new Map<string, Set<string>>();
  withheld.set(session, ofRun);
  const keys = ofRun.get(name) ?? new Set<string>();
  ofRun.set(name, keys);
  return keys;
}

export class CaseConnections extends CaseMessages {
  protected readonly sentinel: Fence;
  protected readonly connections: Connection[] = [];
  protected readonly refusals: { status: number; body: string }[] = [];
  /** Messages sent before a connection was accepted. */
  protected early = 0;
  #names = 0;

  protected constructor(session: Session, channel: Channel, cast: Cast) {
    super(session, channel, cast);
    const build = (key: string, options: BuildOptions) => this.message(key, options);
    this.sentinel = new Fence(channel, session.clock, build, () => this.patienceMs);
  }

  protected override nameIn({ key }: ClientMessage, room: string | null): readonly [string, unknown] | null {
    const reference = this.session.references.of(this.channel, key);
    const id = reference && idSeen(reference, this.connections, room);
    return reference && id !== undefined ? [reference.place, id] : null;
  }

  get fenceRequest(): RoundTripFence | null {
    return this.sentinel.request;
  }

  async connect(options: ConnectOptions = {}): Promise<Connection> {
    const attempt = await this.#attempt(options, 0);
    if (attempt.outcome === 'open') return attempt.connection;
    throw new Failed('the connection is accepted', describeAttempt(attempt), { reason: 'refused' });
  }

  /** Where a refusal may come after accepting, an accepted connection is watched for it. */
  async attempt(options: ConnectOptions = {}): Promise<Attempt> {
    return await this.#attempt(options, Math.max(shortestSettleMs, this.sentinel.waitMs()));
  }

  async #attempt(options: ConnectOptions, settleMs: number): Promise<Attempt> {
    const { target, process } = this.session;
    await process?.up();
    const user = options.user === undefined ? (this.users[0] ?? null) : options.user;
    const token = options.token ?? user?.token ?? null;
    if (token !== null) this.trace.redact(token);
    const room = this.room === null ? null : (options.room ?? this.rooms[0] ?? null);
    this.#names += 1;
    this.early += options.early?.length ?? 0;
    const attempt = await shakeHands({
      name: options.name ?? `connection ${this.#names}`,
      user,
      room,
      url: this.#url(options, room, token),
      ca: target.ca,
      headers: options.headers ?? {},
      early: options.early ?? [],
      timeoutMs: handshakeMs + this.patienceMs,
      settleMs,
      trace: this.trace,
      classify: (value) => classify(this.channel, this.channel.serverMessages, value),
      isFence: (text, key, value) => this.sentinel.owns(text, key, value),
      patienceMs: () => this.patienceMs,
      autoPong: options.autoPong ?? true,
      beatAnswer: (message) => this.#beatAnswer(message),
    });
    if ('connection' in attempt) this.connections.push(attempt.connection);
    if (attempt.outcome === 'refused') this.refusals.push({ status: attempt.status, body: attempt.body });
    return attempt;
  }

  /** What a client answers to a server's heartbeat that is a message. */
  #beatAnswer(message: Received): string | null {
    const beat = this.channel.heartbeats.find((one) => one.initiator === 'server' && one.ping === message.key);
    if (message.key === null || beat === undefined || beat.pong === null) return null;
    const echoed = beat.echo.map(({ from, to }) => [to, valueAt(message.value, from)] as const);
    return this.message(beat.pong, { with: Object.fromEntries(echoed) }).text;
  }

  #url(options: ConnectOptions, room: string | null, token: string | null): string {
    return channelUrl(this.channel, this.session.target, {
      room,
      token,
      ...(options.parameters === undefined ? {} : { parameters: options.parameters }),
      ...(options.query === undefined ? {} : { query: options.query }),
      ...(options.path === undefined ? {} : { path: options.path }),
      ...(options.suffix === undefined ? {} : { suffix: options.suffix }),
      ...(options.rawQuery === undefined ? {} : { rawQuery: options.rawQuery }),
    });
  }

  async plainHttp(options: ConnectOptions = {}): Promise<number> {
    await this.session.process?.up();
    const token = options.token ?? (options.user === undefined ? this.users[0] : options.user)?.token ?? null;
    const room = this.room === null ? null : (options.room ?? this.rooms[0] ?? null);
    return await plainStatus(this.#url(options, room, token), this.session.target.ca, handshakeMs);
  }

  async upgrade(options: ConnectOptions = {}): Promise<UpgradeAnswer | null> {
    await this.session.process?.up();
    const token = options.token ?? (options.user === undefined ? this.users[0] : options.user)?.token ?? null;
    const room = this.room === null ? null : (options.room ?? this.rooms[0] ?? null);
    const { ca } = this.session.target;
    return await upgradeAnswer(this.#url(options, room, token), {
      ca,
      headers: options.headers ?? {},
      timeoutMs: handshakeMs,
    });
  }

  #joining(): Joining {
    return {
      channel: this.channel,
      fence: this.sentinel,
      build: (connection, key, options) => this.builder.build(this.clientMessage(key), options, connection.room),
      pause: (ms) => this.clock.sleep(ms),
      withheld: withheldOf(this.session, this.channel),
    };
  }

  async join(connection: Connection, room: string | undefined = connection.room ?? undefined): Promise<void> {
    await join(this.#joining(), connection, room ?? null);
  }

  async leave(connection: Connection, room: string | undefined = connection.room ?? undefined): Promise<void> {
    await leave(this.#joining(), connection, room ?? null);
  }

  async joined(options: ConnectOptions = {}): Promise<Connection> {
    const connection = await this.connect(options);
    await this.join(connection);
    return connection;
  }

  async party(parties: PartyOptions): Promise<Readonly<Record<string, Connection>>> {
    const connections: Record<string, Connection> = {};
    for (const [name, { user, room, join: joins }] of Object.entries(parties)) {
      const connection = await this.connect({ name, user, ...(room === undefined ? {} : { room }) });
      if (joins ?? true) await this.join(connection);
      connections[name] = connection;
    }
    await this.quiesce(Object.values(connections));
    return connections;
  }

  async fence(connections: readonly Connection[]): Promise<void> {
    await this.sentinel.pass(connections);
  }

  async quiesce(connections: readonly Connection[]): Promise<void> {
    await this.fence(connections);
    for (const connection of connections) connection.clearInbox();
  }

  async roundTrip(connection: Connection): Promise<boolean> {
    const answered = await this.sentinel.roundTrip(connection);
    if (!answered) await this.clock.sleep(this.sentinel.waitMs());
    return answered;
  }

  async send(connection: Connection, key: string, options: BuildOptions = {}): Promise<Built> {
    const message = this.clientMessage(key);
    const room = options.room ?? connection.room;
    // The sentinel leaves something to name.
    if (this.referencePlace(key) !== null && this.nameIn(message, room) === null) await this.fence([connection]);
    const built = this.builder.build(message, options, connection.room);
    await connection.send(built.value);
    return built;
  }
}
