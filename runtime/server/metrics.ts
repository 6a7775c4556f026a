// What the runtime counts for its operator. Called in passing: an implementation does little, and never throws.

import type { DeliveryWord } from '../channel-types.ts';
import type { ErrorCondition } from './table.ts';

/** A channel's connections to this process, as they are now. */
export interface ChannelCensus {
  readonly channel: string;
  readonly connections: number;
  /** Bytes that the network has not taken, of all connections and of the worst. */
  readonly backlogBytes: number;
  readonly largestBacklogBytes: number;
}

/** No token is in anything that it is told, and every name of a message is one of the contract. */
export interface Metrics {
  /** A connection was accepted. */
  opened(channel: string): void;
  /** A connection ended. `by`: who ended it first. */
  closed(channel: string, code: number, by: 'server' | 'client'): void;
  /** An opening handshake was refused. `channel`: null where the path is none. `answer`: HTTP status or close code. */
  refused(channel: string | null, answer: number): void;
  /** A client message came; `type` is null where it is none of the contract. */
  received(channel: string, type: string | null): void;
  /** A client message was answered by an error. */
  rejected(channel: string, condition: ErrorCondition): void;
  /** A server message was handed to so many connections of this process, which took so long. */
  sent(channel: string, type: string, delivery: DeliveryWord, connections: number, seconds: number): void;
  /** A resync was answered, by so many missed messages or by a snapshot. */
  resynced(channel: string, by: 'replay' | 'snapshot', messages: number): void;
  /** Given once, to ask for what is counted only when somebody looks. */
  watch?(census: () => readonly ChannelCensus[]): void;
}
