// What an adapter is told when it is to make a client: the same for a played server and for a real one.
import type { Channel } from '../../scripts/model.ts';
import type { Adapter } from '../adapter/adapter.ts';
import { durationsOf } from './durations.ts';

export interface NewClient {
  readonly id: string;
  readonly channel: Channel;
  /** Of the server, with the path of its base. */
  readonly url: string;
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly query: Readonly<Record<string, string | number | boolean>>;
  readonly timeScale: number;
  /** Ms of the contract to ms of this run. */
  readonly scaled: (ms: number) => number;
  /** @default false */
  readonly pauseWhenHidden?: boolean;
}

/** The path of the channel's address, with its parameters in place. */
export function pathOf(channel: Channel, parameters: NewClient['parameters']): string {
  return channel.address.replace(/\{([^}]+)\}/g, (_, name: string) =>
    encodeURIComponent(String(parameters[name] ?? '')),
  );
}

export async function createClient(adapter: Adapter, made: NewClient): Promise<void> {
  const { id, channel, url, parameters, query, timeScale, scaled, pauseWhenHidden = false } = made;
  const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString();
  await adapter.ask({
    op: 'create',
    client: id,
    channel: channel.name,
    url,
    address: `${url}${pathOf(channel, parameters)}${search === '' ? '' : `?${search}`}`,
    parameters,
    query,
    token: channel.auth?.parameter ?? null,
    options: { timeScale, durations: durationsOf(channel, scaled), pauseWhenHidden },
  });
}
