// One accepted connection: takes what arrives in order, one message at a time, and ends it by the contract's codes.

import { answerMessage } from './answer.ts';
import type { CoreConnection, CoreRequest } from './core.ts';
import { encodeMessage } from './encoded.ts';
import { errorMessage } from './error-message.ts';
import { Heartbeats } from './heartbeat.ts';
import type { Hub } from './hub.ts';
import type { Inbound } from './inbound.ts';
import { depart, handleMessage, open } from './procedure.ts';
import { typeOf } from './publisher.ts';
import { RateLimit } from './rate.ts';
import { isRefusal, type RefusalError, refuse } from './refusal.ts';
import type { Cancel, ConnectionFacts, Encoded, Recipient, Transport, Violation } from './seam.ts';
import { TaskQueue } from './task-queue.ts';

export interface SessionStart {
  readonly hub: Hub;
  readonly request: CoreRequest;
  readonly facts: ConnectionFacts & { readonly rooms: Set<string> };
  readonly state: unknown;
  readonly transport: Transport;
  readonly expiresAt: number | null;
  /** What all connections of the user may send together; null: no bound. */
  readonly userRate: RateLimit | null;
}

export class Session implements Recipient {
  readonly hub: Hub;
  readonly facts: ConnectionFacts;
  readonly rooms: Set<string>;
  readonly connection: CoreConnection;
  readonly #transport: Transport;
  readonly #rate: RateLimit | null;
  readonly #userRate: RateLimit | null;
  readonly #heartbeats: Heartbeats;
  readonly #tasks: TaskQueue;
  #expiry: Cancel | null = null;
  #isEnded = false;
  #hasStopped = false;
  /** The code with which this side ended it first. */
  #endedWith: number | null = null;
  #held: Encoded[] | null = null;
  /** The message being handled, whose id replies carry. */
  #current: { readonly type: string; readonly message: unknown } | null = null;
  /** Resolves when the transport has closed and the connection has left everything. */
  readonly ended: Promise<unknown>;
  #resolveClosed: () => void = () => {};
  #resolveDeparted: () => void = () => {};

  constructor({ hub, request, facts, state, transport, expiresAt, userRate }: SessionStart) {
    const { table, seam } = hub;
    this.hub = hub;
    this.facts = facts;
    this.rooms = facts.rooms;
    this.#transport = transport;
    this.#tasks = new TaskQueue({
      pause: () => transport.pause(),
      resume: () => transport.resume(),
      failed: (error) => hub.report('connection-failed', this, error),
    });
    this.#rate = table.limits.rate ? new RateLimit(table.limits.rate, seam.clock) : null;
    this.#userRate = userRate;
    this.ended = Promise.all([
      new Promise<void>((resolve) => {
        this.#resolveClosed = resolve;
      }),
      new Promise<void>((resolve) => {
        this.#resolveDeparted = resolve;
      }),
    ]);
    this.connection = {
      ...request,
      id: facts.id,
      rooms: facts.rooms,
      roles: facts.roles,
      state,
      send: (message) => this.send(message),
      close: (code, reason) => this.end(code, reason ?? ''),
    };
    hub.sessions.add(this);
    transport.listen({
      message: (text) => this.#arrive(text),
      binary: () => this.#binary(),
      pong: (payload) => this.#heartbeats.pongFrame(payload),
      violation: (kind, code) => this.#violation(kind, code),
      closed: (code) => this.#closed(code),
    });
    this.#heartbeats = new Heartbeats(table.heartbeats, seam.clock, {
      pingFrame: (payload) => transport.ping(payload),
      pingMessage: (type, fill) => this.send(fill(table.server[type]?.template ?? {})),
      timeout: (beat) => this.end(beat.timeoutCode ?? this.codeFor('heartbeat', 1001), 'heartbeat timeout'),
    });
    if (expiresAt !== null) {
      this.#expiry = seam.clock.setTimeout(() => this.expire(), expiresAt - seam.clock.now());
    }
    hub.metrics?.opened(table.name);
    hub.note('connection-opened', this, `user ${facts.user.id}`);
    this.#tasks.add(() => open(this));
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

  #arrive(text: string): void {
    if (this.#isEnded) return;
    let rate = this.#rate?.take() ?? 'within';
    if (rate === 'within' && this.#userRate) rate = this.#userRate.take();
    if (rate === 'out') {
      this.#tasks.add(async () => this.end(this.hub.table.limits.rate?.code ?? 1008, 'too many messages'));
      return;
    }
    const inbound = this.hub.read(text, rate);
    this.hub.metrics?.received(this.hub.table.name, inbound.ok ? inbound.type : null);
    this.#heartbeats.anyMessage();
    if (inbound.ok) this.#heartbeats.message(inbound.type, inbound.message);
    this.#tasks.add(() => this.#handle(inbound));
  }

  async #handle(inbound: Inbound): Promise<void> {
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

  #binary(): void {
    const limit = this.hub.table.limits.binary;
    if (limit) this.end(limit.code, 'binary messages are not accepted');
    // Where the contract allows them but names none, there is nothing that one could mean.
  }

  #violation(kind: Violation, code: number): void {
    const { message, encoding } = this.hub.table.limits;
    const row = kind === 'size' ? message : kind === 'encoding' ? encoding : null;
    this.end(row?.code ?? code, kind === 'size' ? 'message too big' : kind === 'encoding' ? 'invalid UTF-8' : '');
  }

  #closed(code: number): void {
    const { hub } = this;
    const by = this.#endedWith === null ? 'client' : 'server';
    hub.metrics?.closed(hub.table.name, this.#endedWith ?? code, by);
    hub.note('connection-closed', this, `code ${this.#endedWith ?? code}, by the ${by}`);
    this.#stop();
    this.#resolveClosed();
  }

  #stop(): void {
    this.#isEnded = true;
    if (this.#hasStopped) return;
    this.#hasStopped = true;
    this.#heartbeats.stop();
    this.#expiry?.();
    this.#tasks.add(() => depart(this).finally(this.#resolveDeparted));
  }
}
