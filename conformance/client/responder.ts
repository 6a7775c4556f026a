// How the played server behaves unless a case says otherwise: greets, answers, numbers, replays and recognises repeats, as the contract says.
import type { Channel, ClientMessage, ServerMessage } from '../../scripts/model.ts';
import type { Connection, Received } from '../harness/connection.ts';
import { valueAt } from '../harness/pointer.ts';
import type { ServerBuilt, ServerMessages } from './server-messages.ts';

export class Responder {
  /** Whether a message is answered at all. @default every one */
  answers: (received: Received, connection: Connection) => boolean = () => true;
  /** Whether what joining by opening causes is sent. @default true */
  greets = true;
  /** Sequenced messages by number, as first sent. */
  readonly log = new Map<number, ServerBuilt>();
  /** Number of the last of them. */
  head = 0;
  readonly #channel: Channel;
  readonly #messages: ServerMessages;
  /** What the first one with an id caused. */
  readonly #first = new Map<unknown, ServerBuilt>();

  constructor(channel: Channel, messages: ServerMessages) {
    this.#channel = channel;
    this.#messages = messages;
  }

  /** What a client gets on opening: the direct messages that joining, or opening, causes. */
  greet(connection: Pick<Connection, 'send'>): void {
    if (!this.greets) return;
    const { room, serverMessages } = this.#channel;
    for (const message of serverMessages) {
      const isCaused = message.triggers.some(({ on }) => on === 'open' || (on === 'join' && room?.joinOnOpen === true));
      if (isCaused && message.delivery?.to === 'direct') void connection.send(this.#messages.build(message.key).text);
    }
  }

  receive(connection: Connection, received: Received): void {
    const message = this.#channel.clientMessages.find(({ key }) => key === received.key);
    if (message === undefined || !this.answers(received, connection)) return;
    for (const answer of this.answersTo(message, received.value)) void connection.send(answer.text);
  }

  /** The n-th sequenced message, made when first asked for; the types take turns. */
  update(number: number): ServerBuilt {
    const known = this.log.get(number);
    if (known !== undefined) return known;
    const { resync } = this.#channel;
    if (resync === null) throw new Error(`The channel ${this.#channel.name} has no sequence.`);
    const key = resync.messages[number % resync.messages.length] as string;
    const built = this.#messages.build(key, { with: { [resync.sequence]: number } });
    this.log.set(number, built);
    this.head = Math.max(this.head, number);
    return built;
  }

  /** A snapshot that carries that number. @default the number of the last update */
  snapshot(number: number = this.head): ServerBuilt {
    const row = this.#channel.resync?.snapshot;
    if (row == null) throw new Error(`The channel ${this.#channel.name} has no snapshot.`);
    return this.#messages.build(row.message, { with: { [row.sequence]: number } });
  }

  /** Everything that the client itself gets for a message that it sent, in order. */
  answersTo(message: ClientMessage, value: unknown): readonly ServerBuilt[] {
    const { resync } = this.#channel;
    if (resync?.request.message === message.key) return this.#replay(value);
    const repeat = message.idempotent === null ? undefined : valueAt(value, message.idempotent.property);
    const first = repeat === undefined ? undefined : this.#first.get(repeat);
    if (message.idempotent !== null && first !== undefined) {
      const carried = (message.idempotent.carries ?? []).map(({ from, to }) => [to, valueAt(first.value, from)]);
      const { id } = this.#channel.envelope;
      if (id !== null) carried.push([id, repeat]);
      return [this.#messages.build(message.idempotent.answer, { with: Object.fromEntries(carried) })];
    }
    const replies = (message.reply?.messages ?? []).slice(0, 1);
    const built = replies.map((key) => this.reply(message, value, key));
    for (const effect of this.#channel.serverMessages) {
      if (replies.includes(effect.key) || !this.#reachesSender(effect, message)) continue;
      const effected = this.#effect(effect, message, value);
      if (repeat !== undefined && message.idempotent?.echo?.message === effect.key) this.#first.set(repeat, effected);
      built.push(effected);
    }
    return built;
  }

  /** The direct answer to a request, with its id and what a heartbeat echoes. */
  reply(message: ClientMessage, value: unknown, key: string = message.reply?.messages[0] ?? ''): ServerBuilt {
    if (this.#channel.resync?.snapshot?.message === key) return this.snapshot();
    const over: Record<string, unknown> = {};
    const correlation = message.reply?.correlation ?? null;
    if (correlation !== null) over[correlation.reply] = valueAt(value, correlation.request);
    for (const { ping, pong, echo } of this.#channel.heartbeats) {
      if (ping === message.key && pong === key) for (const { from, to } of echo) over[to] = valueAt(value, from);
    }
    return this.#messages.build(key, { cause: { key: message.key, value }, with: over });
  }

  #effect(effect: ServerMessage, message: ClientMessage, value: unknown): ServerBuilt {
    const { resync } = this.#channel;
    const cause = { key: message.key, value };
    const { idempotent } = message;
    const over =
      idempotent?.echo?.message === effect.key
        ? { [idempotent.echo.property]: valueAt(value, idempotent.property) }
        : {};
    if (resync === null || !resync.messages.includes(effect.key))
      return this.#messages.build(effect.key, { cause, with: over });
    this.head += 1;
    const built = this.#messages.build(effect.key, { cause, with: { ...over, [resync.sequence]: this.head } });
    this.log.set(this.head, built);
    return built;
  }

  #reachesSender(effect: ServerMessage, message: ClientMessage): boolean {
    const isCaused = effect.triggers.some((trigger) => trigger.on === 'message' && trigger.message === message.key);
    return isCaused && ['direct', 'room', 'everyone'].includes(effect.delivery?.to ?? '');
  }

  #replay(value: unknown): readonly ServerBuilt[] {
    const { request } = this.#channel.resync!;
    const last = request.lastSequence === null ? undefined : valueAt(value, request.lastSequence);
    if (typeof last !== 'number' || last > this.head) return [this.snapshot()];
    const numbers = [...this.log.keys()].sort((left, right) => left - right);
    return numbers.filter((number) => number > last).map((number) => this.update(number));
  }
}
