// The kit of one server case: one trace, one lease of users and rooms, every connection closed at its end.
import type { Channel, ClientMessage, Contract, Room, ServerMessage } from '../../scripts/model.ts';
import type {
  ConnectOptions,
  ErrorSeen,
  Kit,
  PartyOptions,
  Published,
  PublishTo,
  Shutdown,
  UpgradeAnswer,
} from '../kit.ts';
import type { TraceFrame } from '../result.ts';
import { Failed, type Needs, NotTestable } from '../rule.ts';
import type { ServerProcess } from '../target/process.ts';
import type { HookName, Target } from '../target/target.ts';
import { channelUrl } from './address.ts';
import type { Clock } from './clock.ts';
import { type Attempt, type Connection, describeAttempt, type Received } from './connection.ts';
import { type Expectation, type Expected, expectation } from './expected.ts';
import { Fence } from './fence.ts';
import { plainStatus, shakeHands, upgradeAnswer } from './handshake.ts';
import { callHook } from './hooks.ts';
import { type Joining, join, leave } from './joining.ts';
import { isShared, type Lease, Leases } from './leases.ts';
import { type BuildOptions, type Built, MessageBuilder, uniqueText } from './messages.ts';
import { type Mutation, mutationsOf } from './mutations.ts';
import { brief, toPointer, valueAt, withValueAt } from './pointer.ts';
import type { Observation, RunRecord } from './record.ts';
import { lookAlikes } from './rooms.ts';
import { sampleOf } from './samples.ts';
import { classify, type Schemas } from './schemas.ts';
import { makeFaultyToken, makeToken, type TokenFault } from './tokens.ts';
import { Trace } from './trace.ts';
import { toUser, type User } from './users.ts';

/** What all cases of a run share. */
export interface Session {
  readonly contract: Contract;
  readonly target: Target;
  readonly schemas: Schemas;
  readonly clock: Clock;
  readonly process: ServerProcess | null;
  readonly record: RunRecord;
  /** What cases share: see {@link Kit.once}. */
  readonly memory: Map<string, Promise<unknown>>;
}

/** How long something that has to come may take on a loopback target, ms; grows with what was measured. */
const basePatienceMs = 2000;

export class ServerKit implements Kit {
  readonly contract: Contract;
  readonly channel: Channel;
  readonly clock: Clock;
  readonly trace = new Trace();
  readonly users: readonly User[];
  readonly rooms: readonly string[];
  readonly #session: Session;
  readonly #roles: ReadonlyMap<string, User>;
  readonly #special: { outsider?: User; unknownUser?: User };
  readonly #builder: MessageBuilder;
  readonly #fence: Fence;
  readonly #connections: Connection[] = [];
  readonly #refusals: { status: number; body: string }[] = [];
  readonly #beside: ServerKit[] = [];
  #names = 0;
  /** Messages sent before a connection was accepted. */
  #early = 0;
  #downed = false;

  /** Makes the tokens of the leased users. Throws NotTestable for whatever else `needs` asks for and the target lacks. */
  static async create(session: Session, channel: Channel, needs: Needs, lease: Lease): Promise<ServerKit> {
    const { target } = session;
    const lacking = lackingOf(target, channel, needs);
    if (lacking.length > 0) {
      throw new NotTestable('The target file does not give what this takes.', lacking);
    }
    const users = await Promise.all(lease.users.map((entry) => toUser(entry, target, channel.auth)));
    const roles = new Map<string, User>();
    for (const [role, entry] of lease.roles) roles.set(role, await toUser(entry, target, channel.auth));
    const special: { outsider?: User; unknownUser?: User } = {};
    if (target.outsider !== undefined) special.outsider = await toUser(target.outsider, target, channel.auth);
    if (target.unknownUser !== undefined && (needs.unknownUser ?? false)) {
      special.unknownUser = await toUser(target.unknownUser, target, channel.auth);
    }
    return new ServerKit(session, channel, users, lease.rooms, roles, special);
  }

  private constructor(
    session: Session,
    channel: Channel,
    users: readonly User[],
    rooms: readonly string[],
    roles: ReadonlyMap<string, User>,
    special: { outsider?: User; unknownUser?: User },
  ) {
    this.#session = session;
    this.contract = session.contract;
    this.channel = channel;
    this.clock = session.clock;
    this.users = users;
    this.rooms = rooms;
    this.#roles = roles;
    this.#special = special;
    this.#builder = new MessageBuilder(channel, session.schemas);
    const build = (key: string, options: BuildOptions) => this.message(key, options);
    this.#fence = new Fence(channel, session.clock, build, () => this.patienceMs);
    for (const user of [...users, ...roles.values(), ...Object.values(special)]) this.trace.redact(user?.token ?? '');
  }

  get patienceMs(): number {
    return basePatienceMs + 10 * Math.max(this.clock.rtt.max, this.clock.delivery.max) + this.clock.lag.max;
  }

  get room(): Room | null {
    return isShared(this.channel) ? null : this.channel.room;
  }

  get roomsAreFresh(): boolean {
    // Without rooms everybody is in the same one, which other cases use too.
    return this.channel.room?.scope === 'room' && this.#session.target.channels[this.channel.name]?.rooms === undefined;
  }

  get fenceIsBroadcast(): boolean {
    return this.#fence.broadcast !== null;
  }

  withRole(role: string): User {
    return this.#given(this.#roles.get(role), `needs.roles: ${role}`);
  }

  outsider(): User {
    return this.#given(this.#special.outsider, 'outsider');
  }

  unknownUser(): User {
    return this.#given(this.#special.unknownUser, 'unknownUser');
  }

  forbiddenRoom(): string {
    const name = this.channel.name;
    return this.#given(this.#session.target.channels[name]?.forbiddenRooms[0], `channels.${name}.forbiddenRooms`);
  }

  missingRoom(): string {
    const name = this.channel.name;
    return this.#given(this.#session.target.channels[name]?.missingRooms[0], `channels.${name}.missingRooms`);
  }

  #given<T>(value: T | undefined, need: string): T {
    if (value === undefined) throw new NotTestable(`The target file does not give ${need}.`, [need]);
    return value;
  }

  lookAlike(room: string): string | null {
    return this.lookAlikes(room)[0] ?? this.rooms.find((other) => other !== room) ?? null;
  }

  lookAlikes(room: string): readonly string[] {
    const { target, schemas } = this.#session;
    const candidates = lookAlikes(this.channel, schemas, room);
    const fixtures = target.channels[this.channel.name]?.rooms;
    return fixtures === undefined ? candidates : candidates.filter((name) => this.rooms.includes(name));
  }

  async faultyToken(fault: TokenFault, user: User | undefined = this.users[0]): Promise<string> {
    const token = await makeFaultyToken(this.#session.target, fault, user ?? { id: 'nobody', name: 'nobody' });
    this.trace.redact(token);
    return token;
  }

  async tokenWith(user: User, claims: Readonly<Record<string, unknown>>): Promise<string> {
    const signing = this.#given(this.#session.target.tokens, 'tokens.secret');
    const token = await makeToken(signing, { sub: user.id, name: user.name, ...claims });
    this.trace.redact(token);
    return token;
  }

  async connect(options: ConnectOptions = {}): Promise<Connection> {
    const attempt = await this.#attempt(options, 0);
    if (attempt.outcome === 'open') return attempt.connection;
    throw new Failed('the connection is accepted', describeAttempt(attempt), { reason: 'refused' });
  }

  /** Where a refusal may come after accepting, an accepted connection is watched for it. */
  async attempt(options: ConnectOptions = {}): Promise<Attempt> {
    return await this.#attempt(options, Math.max(150, this.#fence.waitMs()));
  }

  async #attempt(options: ConnectOptions, settleMs: number): Promise<Attempt> {
    const { target } = this.#session;
    const user = options.user === undefined ? (this.users[0] ?? null) : options.user;
    const token = options.token ?? user?.token ?? null;
    if (token !== null) this.trace.redact(token);
    const room = this.room === null ? null : (options.room ?? this.rooms[0] ?? null);
    this.#names += 1;
    this.#early += options.early?.length ?? 0;
    const attempt = await shakeHands({
      name: options.name ?? `connection ${this.#names}`,
      user,
      room,
      url: this.#url(options, room, token),
      ca: target.ca,
      headers: options.headers ?? {},
      early: options.early ?? [],
      timeoutMs: 5000 + this.patienceMs,
      settleMs,
      trace: this.trace,
      classify: (value) => classify(this.channel, this.channel.serverMessages, value),
      isFence: (text, key, value) => this.#fence.owns(text, key, value),
      patienceMs: () => this.patienceMs,
      autoPong: options.autoPong ?? true,
      beatAnswer: (message) => this.#beatAnswer(message),
    });
    if ('connection' in attempt) this.#connections.push(attempt.connection);
    if (attempt.outcome === 'refused') this.#refusals.push({ status: attempt.status, body: attempt.body });
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
    return channelUrl(this.channel, this.#session.target, {
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
    const token = options.token ?? (options.user === undefined ? this.users[0] : options.user)?.token ?? null;
    const room = this.room === null ? null : (options.room ?? this.rooms[0] ?? null);
    return await plainStatus(this.#url(options, room, token), this.#session.target.ca, 5000);
  }

  async upgrade(options: ConnectOptions = {}): Promise<UpgradeAnswer | null> {
    const token = options.token ?? (options.user === undefined ? this.users[0] : options.user)?.token ?? null;
    const room = this.room === null ? null : (options.room ?? this.rooms[0] ?? null);
    const { ca } = this.#session.target;
    return await upgradeAnswer(this.#url(options, room, token), {
      ca,
      headers: options.headers ?? {},
      timeoutMs: 5000,
    });
  }

  #joining(): Joining {
    return {
      channel: this.channel,
      fence: this.#fence,
      build: (connection, key, options) => this.#builder.build(this.clientMessage(key), options, connection.room),
      pause: (ms) => this.clock.sleep(ms),
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
    await this.#fence.pass(connections);
  }

  async quiesce(connections: readonly Connection[]): Promise<void> {
    await this.fence(connections);
    for (const connection of connections) connection.clearInbox();
  }

  async roundTrip(connection: Connection): Promise<boolean> {
    const answered = await this.#fence.roundTrip(connection);
    if (!answered) await this.clock.sleep(this.#fence.waitMs());
    return answered;
  }

  message(key: string, options: BuildOptions = {}): Built {
    return this.#builder.build(this.clientMessage(key), options, this.rooms[0] ?? null);
  }

  mutations(key: string, options: BuildOptions = {}): readonly Mutation[] {
    const { discriminator } = this.channel.envelope;
    return mutationsOf(this.clientMessage(key), this.message(key, options), discriminator, this.#session.schemas);
  }

  async send(connection: Connection, key: string, options: BuildOptions = {}): Promise<Built> {
    const built = this.#builder.build(this.clientMessage(key), options, connection.room);
    await connection.send(built.value);
    return built;
  }

  expected(serverKey: string, cause: Expected): Expectation {
    const message = this.serverMessage(serverKey);
    return expectation(message, cause, (value) => this.#session.schemas.issues(message.schema, value));
  }

  async reply(connection: Connection, sent: Built): Promise<unknown> {
    const request = this.clientMessage(sent.key);
    const correlation = request.reply?.correlation ?? null;
    const keys = request.reply?.messages ?? this.effectsOf(sent.key).map((message) => message.key);
    const matches = (message: Received) =>
      message.key !== null &&
      (keys.includes(message.key) || message.key === this.channel.error?.message) &&
      (correlation === null || sent.id === null || valueAt(message.value, correlation.reply) === sent.id);
    const what = `the answer to ${request.type} (${keys.join(' or ')})`;
    const answer = await connection.take(matches, { what });
    if (answer.key !== null && keys.includes(answer.key)) return answer.value;
    throw new Failed(what, `an error: ${brief(answer.value)}`, { reason: 'error-instead' });
  }

  async errorFor(connection: Connection, sent: Built | null): Promise<ErrorSeen | null> {
    const report = this.channel.error;
    if (report === null) return null;
    const isIt = (message: Received) =>
      message.key === report.message &&
      (report.id === null ||
        sent?.id == null ||
        valueAt(message.value, report.id) === undefined ||
        valueAt(message.value, report.id) === sent.id);
    let found = connection.inbox.some(isIt) ? await connection.takeOrNull(isIt) : null;
    if (found === null) {
      // What was rejected is answered before what comes after it: an answered round trip means that no error will come.
      const askedAt = this.clock.now();
      const answered = await this.#fence.roundTrip(connection);
      const left = answered ? 0 : this.patienceMs - (this.clock.now() - askedAt);
      found = await connection.takeOrNull(isIt, { withinMs: Math.max(this.#fence.waitMs(), left) });
    }
    if (found === null) return null;
    const at = (pointer: string | null) => (pointer === null ? undefined : valueAt(found.value, pointer));
    return {
      code: at(report.code),
      text: at(report.text),
      pointer: at(report.pointer),
      id: at(report.id),
      value: found.value,
    };
  }

  clientMessage(key: string): ClientMessage {
    const found = this.channel.clientMessages.find((message) => message.key === key);
    if (found === undefined) throw new Error(`Channel ${this.channel.name} has no client message ${key}.`);
    return found;
  }

  serverMessage(key: string): ServerMessage {
    const found = this.channel.serverMessages.find((message) => message.key === key);
    if (found === undefined) throw new Error(`Channel ${this.channel.name} has no server message ${key}.`);
    return found;
  }

  schemaIssues(serverKey: string, value: unknown): string {
    const issues = this.#session.schemas.issues(this.serverMessage(serverKey).schema, value);
    return issues
      .filter(({ level }) => level === 'MUST')
      .map(({ message }) => message)
      .join('; ');
  }

  schemaAccepts(built: Built): boolean {
    return this.#session.schemas.accepts(this.clientMessage(built.key).schema, built.value);
  }

  effectsOf(clientKey: string): readonly ServerMessage[] {
    return this.channel.serverMessages.filter((message) =>
      message.triggers.some((trigger) => trigger.on === 'message' && trigger.message === clientKey),
    );
  }

  async hook(name: HookName, body: Readonly<Record<string, unknown>>): Promise<unknown> {
    return await callHook(this.#session.target, name, { channel: this.channel.name, ...body });
  }

  hasHook(name: HookName): boolean {
    return this.#session.target.hooks[name] !== undefined;
  }

  async publish(serverKey: string, to: PublishTo = {}): Promise<Published> {
    const message = this.serverMessage(serverKey);
    const { schemas } = this.#session;
    const example = message.examples.find((one) => schemas.accepts(message.schema, one.payload));
    let value: unknown = structuredClone(example?.payload ?? sampleOf(message.schema, schemas));
    const marker = uniqueText('m-');
    const { discriminator, id, timestamp } = this.channel.envelope;
    const places = stringPlaces(value).filter((place) => ![discriminator, id, timestamp].includes(place));
    const place = places.find((one) => schemas.accepts(message.schema, withValueAt(value, one, marker)));
    if (place !== undefined) value = withValueAt(value, place, marker);
    const word = message.delivery?.to;
    const room = to.room ?? (word === 'user' || word === 'everyone' ? undefined : this.rooms[0]);
    await this.hook('publish', { message: value, room, users: to.users });
    return { value, marker: place === undefined ? null : marker };
  }

  async restart(): Promise<void> {
    const { process } = this.#session;
    if (process !== null) await process.restart();
    else await this.hook('restart', {});
  }

  async shutdown(): Promise<Shutdown> {
    const { process } = this.#session;
    const at = this.clock.now();
    if (process === null) {
      await this.hook('restart', {});
      return { at, isProcess: false, exited: async () => null };
    }
    this.#downed = true;
    process.terminate();
    return {
      at,
      isProcess: true,
      exited: async (withinMs) => ((await process.ended(withinMs)) ? this.clock.now() : null),
    };
  }

  async beside(channel: Channel, needs: Needs = {}): Promise<Kit> {
    const { target, schemas } = this.#session;
    // Nothing else runs in the exclusive lane, so nobody holds a lease that could be in the way.
    const lease = await new Leases(target, schemas).acquire(channel, needs, true);
    const kit = await ServerKit.create(this.#session, channel, needs, lease);
    this.#beside.push(kit);
    return kit;
  }

  async once<T>(key: string, make: () => Promise<T>): Promise<T> {
    const { memory } = this.#session;
    const known = memory.get(key) ?? make();
    memory.set(key, known);
    return (await known) as T;
  }

  frames(): readonly TraceFrame[] {
    return this.trace.frames();
  }

  /** What came of the case's connections, for the monitors. */
  observed(): Pick<Observation, 'connections' | 'refusals' | 'tokens' | 'frames'> {
    return {
      connections: this.#connections,
      refusals: this.#refusals,
      tokens: this.trace.secrets,
      frames: this.trace.frames(),
    };
  }

  /** An error answers a message: more errors than messages were sent to the server are said here; null: there are not. */
  unaskedErrors(): string | null {
    const key = this.channel.error?.message;
    const errors = this.#connections.flatMap(({ messages }) =>
      messages.filter((message) => message.key === key),
    ).length;
    const sent = this.#connections.reduce((sum, connection) => sum + connection.sentCount, this.#early);
    return key === undefined || errors <= sent ? null : `${errors} errors, for ${sent} messages`;
  }

  /** Every connection of the case is given up; the server's answers are not waited for. */
  async dispose(): Promise<void> {
    for (const kit of this.#beside) {
      const instance = `${kit.channel.name}, beside ${this.channel.name}`;
      this.#session.record.add({ instance, channel: kit.channel.name, ...kit.observed() });
      await kit.dispose();
    }
    const open = this.#connections.filter((connection) => connection.ending === null);
    for (const connection of open) connection.terminate();
    await Promise.all(open.map((connection) => connection.ended(500)));
    if (this.#downed) await this.#session.process?.restart();
  }
}

function stringPlaces(value: unknown, pointer = ''): readonly string[] {
  if (typeof value === 'string') return [pointer];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => stringPlaces(inner, pointer + toPointer([key])));
}

function lackingOf(target: Target, channel: Channel, needs: Needs): readonly string[] {
  const fixtures = target.channels[channel.name];
  const lacking: string[] = [];
  if (needs.outsider && target.outsider === undefined)
    lacking.push('outsider: a valid user who may not enter the rooms');
  if (needs.unknownUser && target.unknownUser === undefined)
    lacking.push('unknownUser: an id that the server does not know');
  if (needs.forbiddenRoom && !fixtures?.forbiddenRooms.length) lacking.push(`channels.${channel.name}.forbiddenRooms`);
  if (needs.missingRoom && !fixtures?.missingRooms.length) lacking.push(`channels.${channel.name}.missingRooms`);
  if (needs.tokens === 'made' && target.tokens === undefined) lacking.push('tokens.secret');
  if (needs.tokens === 'expired' && target.tokens === undefined && target.faultyTokens.expired === undefined) {
    lacking.push('tokens.secret, or faultyTokens.expired');
  }
  for (const name of needs.hooks ?? []) if (target.hooks[name] === undefined) lacking.push(`hooks.${name}`);
  if (needs.start && target.start === undefined && target.hooks.restart === undefined)
    lacking.push('target.start, or hooks.restart');
  return lacking;
}
