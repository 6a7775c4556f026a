// Whether a fault of a client shows: its tale is another than that of a client without it.
import { Schemas } from '../conformance/harness/schemas.ts';
import type { ClientFault } from '../faults/client/index.ts';
import type { Channel, Contract } from '../scripts/model.ts';
import { generatedOf } from './client-story.ts';
import { tellTale } from './client-tale.ts';

/** Tales of the clients of one contract. One at a time: while it is told, the system's clock stands still. */
export class ClientTales {
  readonly contract: Contract;
  readonly #schemas: Schemas;
  readonly #correct = new Map<string, Promise<string>>();
  #before: Promise<unknown> = Promise.resolve();

  constructor(contract: Contract) {
    this.contract = contract;
    this.#schemas = new Schemas(contract);
  }

  /** @param fault null: a correct client */
  async tell(channel: Channel, fault: ClientFault | null): Promise<string> {
    const told = this.#before.then(() => atRest(() => tellTale(this.#schemas, channel, fault)));
    this.#before = told.catch(() => {});
    return await told;
  }

  async correct(channel: Channel): Promise<string> {
    const known = this.#correct.get(channel.name) ?? this.tell(channel, null);
    this.#correct.set(channel.name, known);
    return await known;
  }

  placesOf(fault: ClientFault): readonly Channel[] {
    return this.contract.channels.filter((channel) => fault.appliesTo(generatedOf(channel).table));
  }

  async isLive(fault: ClientFault): Promise<boolean> {
    // The last ones have the most to break.
    for (const channel of [...this.placesOf(fault)].reverse()) {
      if ((await this.tell(channel, fault)) !== (await this.correct(channel))) return true;
    }
    return false;
  }
}

/** Timestamps that are made up meanwhile are all the same. Nothing else may be under way in the process. */
async function atRest<T>(work: () => Promise<T>): Promise<T> {
  const Plain = globalThis.Date;
  class Resting extends Plain {
    constructor(value: number | string | Date = 0) {
      super(value);
    }
    static override now(): number {
      return 0;
    }
  }
  globalThis.Date = Resting as DateConstructor;
  try {
    return await work();
  } finally {
    globalThis.Date = Plain;
  }
}
