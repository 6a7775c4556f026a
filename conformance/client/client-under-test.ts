// One instance of the client under test: commands to it, what it told the application, and what the played server saw of it.
import { performance } from 'node:perf_hooks';
import type { Channel, ClientMessage } from '../../scripts/model.ts';
import type { Adapter } from '../adapter/adapter.ts';
import { AdapterError, type AdapterEvent, type EnvironmentEvent, Unsupported } from '../adapter/protocol.ts';
import type { BuildOptions, Built, MessageBuilder } from '../harness/messages.ts';
import { valueAt, withValueAt } from '../harness/pointer.ts';
import type { Signal } from '../harness/signal.ts';
import { NotTestable } from '../rule.ts';
import type { Responder } from './responder.ts';
import type { ServerMessages } from './server-messages.ts';
import type { Stage } from './stage.ts';
import type { TokenDesk } from './tokens.ts';

export type Seen = AdapterEvent & { readonly at: number };

/** Something that was asked of the client and settles once. */
export interface Sending {
  readonly built: Built;
  /** Null: not settled yet. */
  readonly settled: (Seen & { readonly event: 'settled' }) | null;
  /** How often it settled. */
  readonly times: number;
  readonly at: number;
}

export interface ClientParts {
  readonly id: string;
  readonly channel: Channel;
  /** Path that it has to connect to. */
  readonly path: string;
  readonly room: string | null;
  readonly adapter: Adapter;
  readonly stage: Stage;
  readonly tokens: TokenDesk;
  readonly responder: Responder;
  readonly messages: ServerMessages;
  readonly builder: MessageBuilder;
  readonly signal: Signal;
}

export class ClientUnderTest {
  readonly id: string;
  /** Path that it has to connect to. */
  readonly path: string;
  readonly stage: Stage;
  readonly tokens: TokenDesk;
  readonly responder: Responder;
  /** Builds what the server sends. */
  readonly messages: ServerMessages;
  readonly events: Seen[] = [];
  /** Messages that the application was given, in order. */
  readonly delivered: unknown[] = [];
  #state: (Seen & { readonly event: 'state' }) | null = null;
  readonly #parts: ClientParts;

  constructor(parts: ClientParts) {
    this.#parts = parts;
    this.id = parts.id;
    this.path = parts.path;
    this.stage = parts.stage;
    this.tokens = parts.tokens;
    this.responder = parts.responder;
    this.messages = parts.messages;
    parts.adapter.listen(parts.id, (event) => this.#hear(event));
  }

  /** What the client last said about itself. */
  get state(): (Seen & { readonly event: 'state' }) | null {
    return this.#state;
  }

  seen<E extends AdapterEvent['event']>(name: E): readonly (Seen & { readonly event: E })[] {
    return this.events.filter((event): event is Seen & { readonly event: E } => event.event === name);
  }

  async connect(): Promise<void> {
    await this.#parts.adapter.ask({ op: 'connect', client: this.id });
  }

  async close(): Promise<void> {
    await this.#parts.adapter.ask({ op: 'close', client: this.id });
  }

  async environment(event: EnvironmentEvent): Promise<void> {
    await this.#optional(
      this.#parts.adapter.ask({ op: 'environment', client: this.id, event }),
      `the command environment with the event ${event}`,
    );
  }

  /** Asks the adapter for the state: what it told before is here when this resolves. */
  async fence(): Promise<void> {
    await this.#parts.adapter.ask({ op: 'state', client: this.id });
  }

  /** Resolves when the adapter has taken it; whether it settles is in what is returned. */
  async send(key: string, options: BuildOptions = {}): Promise<Sending> {
    return await this.#order('send', key, options);
  }

  async request(key: string, options: BuildOptions = {}): Promise<Sending> {
    return await this.#order('request', key, options);
  }

  /** Joins or leaves one more room by the contract's message. */
  async move(op: 'join' | 'leave', key: string, room: string): Promise<Sending> {
    return await this.#order(op, key, { room }, room);
  }

  /** Lets go of the client. */
  async dispose(): Promise<void> {
    this.#parts.adapter.forget(this.id);
    if (this.#parts.adapter.failure === null) {
      await this.#parts.adapter.ask({ op: 'dispose', client: this.id }).catch(() => {});
    }
  }

  async #order(
    op: 'send' | 'request' | 'join' | 'leave',
    key: string,
    options: BuildOptions,
    room?: string,
  ): Promise<Sending> {
    const { builder, channel, adapter } = this.#parts;
    const message = channel.clientMessages.find((one) => one.key === key) as ClientMessage;
    const built = builder.build(message, { id: null, ...options }, this.#parts.room);
    const fields = this.#fields(built.value);
    let id = 0;
    const events = this.events;
    const isIt = (event: Seen): event is Seen & { readonly event: 'settled' } =>
      event.event === 'settled' && event.of === id;
    const sending: Sending = {
      built,
      at: performance.now(),
      get settled() {
        return events.find(isIt) ?? null;
      },
      get times() {
        return events.filter(isIt).length;
      },
    };
    const base = { client: this.id, type: message.type, fields };
    const takeId = (taken: number) => {
      id = taken;
    };
    const asked =
      op === 'join' || op === 'leave'
        ? adapter.ask({ op, room: room ?? '', ...base }, takeId)
        : adapter.ask({ op, ...base }, takeId);
    await this.#optional(asked, `the command ${op}`);
    return sending;
  }

  /** Without what the client fills in itself. */
  #fields(value: unknown): unknown {
    const { discriminator, id, timestamp } = this.#parts.channel.envelope;
    return [discriminator, id, timestamp].reduce<unknown>(
      (rest, place) =>
        place === null || valueAt(rest, place) === undefined ? rest : withValueAt(rest, place, undefined),
      value,
    );
  }

  async #optional(asked: Promise<unknown>, what: string): Promise<void> {
    try {
      await asked;
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      throw new NotTestable(`The adapter answers ${what} with unsupported.`, [what]);
    }
  }

  #hear(event: AdapterEvent): void {
    if (event.event === 'token-requested') this.tokens.asked(event.request);
    if (event.event === 'settled' && event.ok && this.stage.attempts.length === 0) {
      throw new AdapterError(`The adapter says that ${this.id} has sent something, but it never connected.`);
    }
    if (event.event === 'state' && event.ready && this.stage.connections.length === 0) {
      throw new AdapterError(`The adapter says that ${this.id} is ready, but it never connected.`);
    }
    const seen = { ...event, at: performance.now() };
    this.events.push(seen);
    // Kept beside: looked at whenever anything comes.
    if (seen.event === 'message') this.delivered.push(seen.message);
    if (seen.event === 'state') this.#state = seen;
    this.#parts.signal.wake();
  }
}
