// One accepted connection: takes what arrives in order, one message at a time, and ends it by the contract's codes.

import { Entry } from './agenda.ts';
import { answerMessage } from './answer.ts';
import { SessionConnection } from './connection.ts';
import type { CoreConnection, CoreRequest } from './core.ts';
import { encodeMessage } from './encoded.ts';
import { errorMessage } from './error-message.ts';
import { type Beat, type HeartbeatPeer, startHeartbeats } from './heartbeat.ts';
import type { Hub } from './hub.ts';
import type { Inbound } from './inbound.ts';
import { depart, handleMessage, open } from './procedure.ts';
import { typeOf } from './publisher.ts';
import { RateLimit } from './rate.ts';
import { isOutcomeUnknown, isRefusal, type RefusalError, refuse } from './refusal.ts';
import type { RoomSet } from './rooms.ts';
import type { ConnectionFacts, Encoded, Recipient, Transport, TransportEvents, Violation } from './seam.ts';
import type { HeartbeatTable } from './table.ts';
import { TaskQueue, type TaskQueueOwner } from './task-queue.ts';

export interface SessionStart {
  readonly hub: Hub;
  readonly request: CoreRequest;
  readonly facts: ConnectionFacts & { readonly rooms: RoomSet };
  readonly state: unknown;
  readonly transport: Transport;
  readonly expiresAt: number | null;
  /** What all connections of the user may send together; null: no bound. */
  readonly userRate: RateLimit | null;
}

class Expiry extends Entry {
  readonly #session: Session;

  constructor(session: Session) {
    super();
    this.#session = session;
  }

  due(): void {
    this.#session.expire();
  }
}

/** It takes the events of its transport, its heartbeats and its tasks itself: a function for each would cost every connection. */
export class Session implements Recipient, TransportEvents, TaskQueueOwner, HeartbeatPeer {
  readonly hub: Hub;
  readonly request: CoreRequest;
  readonly facts: ConnectionFacts & { readonly rooms: RoomSet };
  /** What `authorize` gave. */
  readonly state: unknown;
  #connection: CoreConnection | null = null;
  readonly #transport: Transport;
  readonly #rate: RateLimit | null;
  readonly #userRate: RateLimit | null;
  /** The first of its heartbeats: each passes on to the next. */
  readonly #beat: Beat | null;
  readonly #tasks: TaskQueue;
  readonly #expiry: Expiry | null;
  #isEnded = false;
  #hasStopped = false;
  #isClosed = false;
  #hasDeparted = false;
  /** Whether what it sent is not handled any more. */
  #isCutShort = false;
  /** Who waits for its end; null: nobody. */
  #waiting: (() => void)[] | null = null;
  /** The code with which this side ended it first. */
  #endedWith: number | null = null;
  #held: Encoded[] | null = null;
  /** The message being handled, whose id replies carry. */
  #current: { readonly type: string; readonly message: unknown } | null = null;

  constructor({ hub, request, facts, state, transport, expiresAt, userRate }: SessionStart) {
    const { table, seam, agenda } = hub;
    this.hub = hub;
    this.request = request;
    this.facts = facts;
    this.state = state;
    this.#transport = transport;
    this.#tasks = new TaskQueue(this);
    this.#rate = table.limits.rate ? new RateLimit(table.limits.rate, seam.clock) : null;
    this.#userRate = userRate;
    hub.sessions.add(this);
    transport.listen(this);
    this.#beat = startHeartbeats(table.heartbeats, agenda, this);
    this.#expiry = expiresAt === null ? null : new Expiry(this);
    if (this.#expiry && expiresAt !== null) agenda.enter(this.#expiry, expiresAt - seam.clock.now());
    hub.metrics?.opened(table.name);
    hub.note('connection-opened', this, `user ${facts.user.id}`);
    this.#tasks.add(() => open(this));
  }

  get rooms(): RoomSet {
    return this.facts.rooms;
  }

  /** The same object each time. */
  get connection(): CoreConnection {
    this.#connection ??= new SessionConnection(this);
    return this.#connection;
  }

  /** Resolves when the transport has closed and the connection has left everything. */
  get ended(): Promise<void> {
    if (this.#isClosed && this.#hasDeparted) return Promise.resolve();
    this.#waiting ??= [];
    const waiting = this.#waiting;
    return new Promise((resolve) => waiting.push(resolve));
  }

  #tellEnded(): void {
    if (!this.#isClosed || !this.#hasDeparted) return;
    for (const resolve of this.#waiting ?? []) resolve();
    this.#waiting = null;
  }

  /** The code of the first close-code row for a reason. */
  codeFor(reason: string, otherwise: number): number {
    const row = this.hub.table.closeCodes.find(({ when, code }) => code !== 'other' && when.includes(reason));
    return typeof row?.code === 'number' ? row.code : otherwise;
  }

  /** The client message that is being handled; undefined: none. */
  get current(): unknown {
    return this.#current?.message;
  }

  /** Sends to this connection alone; the engine never sees it. */
  send(message: unknown): void {
    const { metrics, publisher, table } = this.hub;
    const type = typeOf(table, message);
    publisher.check(type, 'direct');
    this.sendEncoded(encodeMessage(message));
    metrics?.sent(table.name, type, 'direct', 1, 0);
  }

  /** Sends a message that answers the one being handled, with its id where the contract says so. */
  answer(message: unknown): void {
    this.send(answerMessage(this.hub.table, message, this.#current));
  }

  /** {@link answer} for what a handler returned: nothing, one message or several. */
  answerAll(answers: unknown): void {
    if (answers === undefined) return;
    for (const message of Array.isArray(answers) ? answers : [answers]) this.answer(message);
  }

  /** Sends text that was encoded before: a replay. */
  sendEncoded(message: Encoded): void {
    const limit = this.hub.table.limits.backlog;
    if (limit && this.#transport.bufferedBytes + message.bytes > limit.bytes) this.end(limit.code, 'too slow');
    else this.#transport.send(message);
  }

  /** Takes a message of a room, of users or of everyone. */
  deliver(message: Encoded): void {
    if (this.#held) this.#held.push(message);
    else this.sendEncoded(message);
  }

  /** What the operating system has not taken yet. */
  get bufferedBytes(): number {
    return this.#transport.bufferedBytes;
  }

  drained(): Promise<void> {
    return this.#transport.drained();
  }

  /** Holds back what is delivered while `work` runs. */
  async holding<T>(work: () => Promise<T>): Promise<T> {
    this.#held = [];
    try {
      return await work();
    } finally {
      const held = this.#held;
      this.#held = null;
      for (const message of held) this.sendEncoded(message);
    }
  }

  refuse(refusal: RefusalError, cause: unknown): void {
    this.hub.metrics?.rejected(this.hub.table.name, refusal.condition);
    const message = errorMessage(this.hub.contract, refusal, cause);
    if (message !== null) this.send(message);
  }

  /** Turns whatever a handler threw into the contract's error. */
  fail(error: unknown, cause: unknown): void {
    if (isRefusal(error)) {
      this.refuse(error, cause);
      return;
    }
    if (isOutcomeUnknown(error)) {
      this.hub.report('outcome-unknown', this, error);
      // What its client sends again must not come after what it sent later.
      this.#isCutShort = true;
      this.end(this.codeFor('error', 1011), 'send again');
      return;
    }
    this.hub.report('handler-failed', this, error);
    this.refuse(refuse('internal', 'Something went wrong on the server.'), cause);
  }

  expire(): void {
    const answer = this.hub.table.auth?.answers.find((row) => row.when === 'expiry');
    this.end(answer?.by === 'close' ? answer.code : this.codeFor('auth', 1008), 'token expired');
  }

  /** Ends the connection. What it sent before is still handled; what comes later is not. */
  end(code: number, reason: string): void {
    if (this.#isEnded) return;
    this.shut(code, reason);
  }

  /** The same once the message that is being handled is answered. */
  endSoon(code: number, reason: string): void {
    this.#tasks.add(async () => this.end(code, reason));
  }

  /** Ends it without a closing handshake. */
  terminate(): void {
    this.#transport.terminate();
    this.#stop();
  }

  /** Reads nothing more, and resolves when everything received before has been handled. */
  quiesce(): Promise<void> {
    this.#isEnded = true;
    return this.#tasks.idle();
  }

  /** Closes at shutdown, after {@link quiesce}. */
  shut(code: number, reason: string): void {
    this.#endedWith ??= code;
    this.#transport.close(code, reason);
    this.#stop();
  }

  pause(): void {
    this.#transport.pause();
  }

  resume(): void {
    this.#transport.resume();
  }

  failed(error: unknown): void {
    this.hub.report('connection-failed', this, error);
  }

  pingFrame(payload: string): void {
    this.#transport.ping(payload);
  }

  pingMessage(type: string, fill: (message: unknown) => unknown): void {
    this.send(fill(this.hub.table.server[type]?.template ?? {}));
  }

  timeout(beat: HeartbeatTable): void {
    this.end(beat.timeoutCode ?? this.codeFor('heartbeat', 1001), 'heartbeat timeout');
  }

  pong(payload: string): void {
    this.#beat?.pongFrame(payload);
  }

  message(text: string): void {
    if (this.#isEnded) return;
    let rate = this.#rate?.take() ?? 'within';
    if (rate === 'within' && this.#userRate) rate = this.#userRate.take();
    if (rate === 'out') {
      this.#tasks.add(async () => this.end(this.hub.table.limits.rate?.code ?? 1008, 'too many messages'));
      return;
    }
    const inbound = this.hub.read(text, rate);
    this.hub.metrics?.received(this.hub.table.name, inbound.ok ? inbound.type : null);
    this.#beat?.anyMessage();
    if (inbound.ok) this.#beat?.message(inbound.type, inbound.message);
    this.#tasks.add(() => this.#handle(inbound));
  }

  async #handle(inbound: Inbound): Promise<void> {
    if (this.#isCutShort) return;
    if (!inbound.ok) {
      this.refuse(inbound.refusal, inbound.cause);
      return;
    }
    this.#current = inbound;
    try {
      await handleMessage(this, inbound.type, inbound.message);
    } catch (error) {
      this.fail(error, inbound.message);
    } finally {
      this.#current = null;
    }
  }

  binary(): void {
    const limit = this.hub.table.limits.binary;
    if (limit) this.end(limit.code, 'binary messages are not accepted');
    // Where the contract allows them but names none, there is nothing that one could mean.
  }

  violation(kind: Violation, code: number): void {
    const { message, encoding } = this.hub.table.limits;
    const row = kind === 'size' ? message : kind === 'encoding' ? encoding : null;
    this.end(row?.code ?? code, kind === 'size' ? 'message too big' : kind === 'encoding' ? 'invalid UTF-8' : '');
  }

  closed(code: number): void {
    const { hub } = this;
    const by = this.#endedWith === null ? 'client' : 'server';
    hub.metrics?.closed(hub.table.name, this.#endedWith ?? code, by);
    hub.note('connection-closed', this, `code ${this.#endedWith ?? code}, by the ${by}`);
    this.#stop();
    this.#isClosed = true;
    this.#tellEnded();
  }

  #stop(): void {
    this.#isEnded = true;
    if (this.#hasStopped) return;
    this.#hasStopped = true;
    this.#beat?.stop();
    if (this.#expiry) this.hub.agenda.cancel(this.#expiry);
    this.#tasks.add(async () => {
      try {
        await depart(this);
      } finally {
        this.#hasDeparted = true;
        this.#tellEnded();
      }
    });
  }
}
