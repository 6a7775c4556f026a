// How large the loads of the server's benchmark are.
import type { ServerName } from './programs.ts';

export type PeerName = Exclude<ServerName, 'wirepact'>;

export interface ServerSizes {
  /** Whom bursts are compared with; everything else is compared with the loop on `ws`. */
  readonly peers: readonly PeerName[];
  /** Members of one room, and messages that they get in a burst. */
  readonly bursts: readonly { readonly members: number; readonly messages: number }[];
  /** Times that the servers take turns. */
  readonly rounds: number;
  readonly single: { readonly members: number; readonly messages: number };
  /** Connections whose memory is measured. */
  readonly idle: number;
  readonly rooms: {
    readonly rooms: number;
    readonly members: number;
    /** Messages, over all rooms. */
    readonly perSecond: number;
    readonly forMs: number;
    /** Multiplies the heartbeats' times, so that everyone has some of them meanwhile. */
    readonly timeScale: number;
  };
}
