// Everything that was seen while a schedule was played, as plain data: what the judges look at, and what a test can make up.
import type { Channel } from '../../scripts/model.ts';
import type { AdapterEvent } from '../adapter/protocol.ts';
import type { ConnectionRecord } from '../proxy/index.ts';
import type { Schedule } from './schedule.ts';

/** What the client told its application, and when (performance.now()). */
export type Told = AdapterEvent & { readonly at: number };

/** Something that the client's application sent or asked for. */
export interface Asked {
  /** Id of the command: `settled` events name it. */
  readonly of: number;
  readonly op: 'send' | 'request';
  /** Key of the client message. */
  readonly message: string;
  /** In a text of the message; null: it cannot be followed. */
  readonly marker: string | null;
}

/** A message as the peer got it from the server, past the proxy. */
export interface Watched {
  readonly key: string | null;
  readonly value: unknown;
  readonly text: string;
  readonly at: number;
}

/** A message that the peer sent while the client was ready on a connection: the server must have sent it there. */
export interface Sentinel {
  readonly marker: string;
  /** Index of the connection. */
  readonly connection: number;
}

export interface PairHistory {
  readonly channel: Channel;
  readonly schedule: Schedule;
  readonly connections: readonly ConnectionRecord[];
  readonly told: readonly Told[];
  readonly asked: readonly Asked[];
  /** From the peer's joining to the end, in order. */
  readonly watched: readonly Watched[];
  readonly sentinels: readonly Sentinel[];
  /** Each time that every fault had ended: how long the client took to be ready on a whole connection; null: it was not within the bound. */
  readonly recoveries: readonly { readonly tookMs: number | null; readonly withinMs: number; readonly state: string }[];
  /** The client had used up the attempts that the contract gives it: it is right to be closed. */
  readonly isSpent: boolean;
  /** After the last recovery messages went both ways and were waited for: what is missing now is missing. */
  readonly isComplete: boolean;
}
