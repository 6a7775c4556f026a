// The client under test, as a pair uses it: created for an address, given real tokens, told what to send; what it tells is kept.
import { performance } from 'node:perf_hooks';
import type { Channel, ClientMessage } from '../../scripts/model.ts';
import type { Adapter } from '../adapter/adapter.ts';
import { type AdapterEvent, Unsupported } from '../adapter/protocol.ts';
import { createClient } from '../client/create-order.ts';
import type { Built } from '../harness/messages.ts';
import { valueAt, withValueAt } from '../harness/pointer.ts';
import type { Asked, Told } from './history.ts';

export interface PairClientParts {
  readonly id: string;
  readonly channel: Channel;
  readonly adapter: Adapter;
  /** The proxy, with the path of the server's base. */
  readonly url: string;
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly query: Readonly<Record<string, string | number | boolean>>;
  readonly timeScale: number;
  /** A token that lets the user in; null: the channel has none. */
  readonly token: () => Promise<string | null>;
  readonly onChange: () => void;
}

export class PairClient {
  readonly told: Told[] = [];
  readonly asked: Asked[] = [];
  readonly #parts: PairClientParts;
  #state: (Told & { readonly event: 'state' }) | null = null;

  constructor(parts: PairClientParts) {
    this.#parts = parts;
    parts.adapter.listen(parts.id, (event) => this.#hear(event));
  }

  get isReady(): boolean {
    return this.#state?.ready === true;
  }

  get state(): string {
    const reason = this.#state?.reason;
    return `${this.#state?.state ?? 'silent'}${reason == null ? '' : ` (${reason})`}`;
  }

  /** Sends and requests that have not settled. */
  get unsettled(): number {
    const settled = new Set(this.told.flatMap((event) => (event.event === 'settled' ? [event.of] : [])));
    return this.asked.filter(({ of }) => !settled.has(of)).length;
  }

  async connect(): Promise<void> {
    const { adapter, channel, id, url, parameters, query, timeScale } = this.#parts;
    const scaled = (ms: number): number => ms * timeScale;
    await createClient(adapter, { id, channel, url, parameters, query, timeScale, scaled });
    await adapter.ask({ op: 'connect', client: id });
  }

  /** The adapter has taken it; whether it settles is told. */
  async order(op: 'send' | 'request', message: ClientMessage, built: Built): Promise<void> {
    const { adapter, id } = this.#parts;
    const command = { op, client: id, type: message.type, fields: this.#fields(built.value) };
    let of = 0;
    const taken = adapter.ask(command, (given) => {
      of = given;
    });
    const asked = { of, op, message: message.key, marker: built.marker };
    this.asked.push(asked);
    await taken.catch((error: unknown) => {
      if (!(error instanceof Unsupported)) throw error;
      this.asked.splice(this.asked.indexOf(asked), 1);
    });
  }

  /** What was told before is here when this resolves. */
  async fence(): Promise<void> {
    await this.#parts.adapter.ask({ op: 'state', client: this.#parts.id });
  }

  async dispose(): Promise<void> {
    const { adapter, id } = this.#parts;
    adapter.forget(id);
    if (adapter.failure === null) await adapter.ask({ op: 'dispose', client: id }).catch(() => {});
  }

  #hear(event: AdapterEvent): void {
    const told = { ...event, at: performance.now() };
    this.told.push(told);
    if (told.event === 'state') this.#state = told;
    if (told.event === 'token-requested') void this.#giveToken(told.request);
    this.#parts.onChange();
  }

  async #giveToken(request: number): Promise<void> {
    const { adapter, id, token } = this.#parts;
    // A broken adapter fails every other command too: it is told there.
    await adapter.ask({ op: 'token', client: id, request, token: (await token()) ?? '' }).catch(() => {});
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
}
