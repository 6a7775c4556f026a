// A pane's connection: a client of the served contract on a network of its own. All that happens on it is told.
import { type Client, createClient, type Snapshot } from '../../../runtime/client/index.ts';
import type { ConsoleChannel, ConsoleContract } from '../contract-data.ts';
import { type AnyChannel, type ChannelValidators, tableOf } from './channel.ts';
import { createNetwork, type NetworkState } from './network.ts';
import { valueAt } from './place.ts';
import type { Happening } from './timeline.ts';
import { reportWords, stateWords } from './words.ts';

export interface SessionOptions {
  readonly contract: ConsoleContract;
  readonly channel: ConsoleChannel;
  readonly validators: ChannelValidators;
  readonly tell: (happening: Omit<Happening, 'pane'>) => void;
  /** What is shown of the client changed. */
  readonly changed: () => void;
}

export interface Session {
  /** Undefined: nothing was opened yet. */
  readonly snapshot: Snapshot | undefined;
  /** Types of the messages that are given to the client and not settled. */
  readonly waiting: readonly string[];
  open(user: string, parameters: { readonly [name: string]: string }): void;
  send(type: string, value: unknown): void;
  close(): void;
  network(state: NetworkState): void;
  /** Ends it without a word to the server. */
  dispose(): void;
}

export function createSession({ contract, channel, validators, tell, changed }: SessionOptions): Session {
  const { table } = channel;
  let client: Client<AnyChannel> | null = null;
  let told: Snapshot | undefined;
  /** By the order in which they were given. */
  const waiting = new Map<number, string>();
  let given = 0;
  const beats = new Set([table.ping?.type, table.ping?.reply, table.pong?.ping, table.pong?.type]);
  const network = createNetwork({
    frame(way, text) {
      const type = typeOf(text);
      tell({ kind: way, title: type, detail: text, rule: channel.rules[`${way}:${type}`], isBeat: beats.has(type) });
    },
    closed(code) {
      const rule = channel.rules[`close:${code}`] ?? channel.rules['close:other'];
      tell({ kind: 'state', title: `closed with ${code}`, rule });
    },
  });

  function typeOf(text: string): string {
    try {
      const value: unknown = JSON.parse(text);
      return table.type === undefined ? 'message' : String(valueAt(value, table.type));
    } catch {
      return 'not JSON';
    }
  }

  function look(): void {
    const next = client?.state;
    changed();
    if (next === undefined || next === told) return;
    const isNews = next.name !== told?.name || next.ready !== told.ready || next.retryAt !== told.retryAt;
    told = next;
    if (isNews) tell({ kind: 'state', title: stateWords(next).title });
  }

  function dispose(): void {
    client?.dispose();
    client = null;
    told = undefined;
  }

  return {
    get snapshot() {
      return client?.state;
    },
    get waiting() {
      return [...waiting.values()];
    },
    open(user, parameters) {
      dispose();
      client = createClient<AnyChannel>(tableOf(channel, contract.timeScale), validators.server, {
        url: `${contract.url}${table.pathname}`,
        parameters,
        query: channel.query,
        WebSocket: network.Socket,
        onReport: (report) => tell({ kind: 'report', ...reportWords(report) }),
        token: async ({ signal }) => {
          const query = new URLSearchParams({ channel: channel.name, user });
          const response = await fetch(`/token?${query}`, { signal });
          if (!response.ok) throw new Error(`There is no token for ${user}.`);
          return await response.text();
        },
      });
      client.subscribe(look);
      client.connect();
      look();
    },
    send(type, value) {
      if (client === null || typeof value !== 'object' || value === null) {
        const why = client === null ? 'not connected: press Connect' : 'only an object can be sent';
        tell({ kind: 'report', title: why });
        return;
      }
      if (!client.state.ready) tell({ kind: 'state', title: `${type} is given to the client, which is not ready` });
      const number = given++;
      waiting.set(number, type);
      client
        .send(type, { ...value })
        .catch((error: unknown) => {
          const detail = error instanceof Error ? error.message : String(error);
          tell({ kind: 'report', title: `${type} failed`, detail });
        })
        .finally(() => {
          waiting.delete(number);
          changed();
        });
      changed();
    },
    close: () => client?.close(),
    network(state) {
      tell({ kind: 'state', title: `network ${state}` });
      network.become(state);
    },
    dispose,
  };
}
