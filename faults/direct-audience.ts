// Faults of audience: what answers one connection reaches the others of its room too.
import type { ChannelTable, Seam } from '../runtime/server/index.ts';
import { changeOutgoing, type Outgoing } from './decorate-transport.ts';
import { by, type Fault, type Intended } from './fault.ts';
import { hasResync, pongTypes, replyTypes, sequencedTypes } from './kinds.ts';

type Kind = (table: ChannelTable) => ReadonlySet<string>;

const toPeers =
  (kind: Kind) =>
  (seam: Seam): Seam =>
    changeOutgoing(seam, (one: Outgoing) => {
      if (one.isDirect && kind(one.table).has(one.type)) for (const peer of one.peers()) peer.send(one.message);
      return [one.message];
    });

const broadcast = (id: Fault['id'], what: string, kind: Kind, ...intended: readonly Intended[]): Fault => ({
  id,
  sentence: `${what} goes to the whole room.`,
  intended,
  appliesTo: (table) => kind(table).size > 0,
  apply: toPeers(kind),
});

const errors: Kind = (table) => new Set(table.error ? [table.error.type] : []);
const snapshots: Kind = (table) => new Set(table.resync?.snapshot ? [table.resync.snapshot.type] : []);

export const directAudienceFaults: readonly Fault[] = [
  broadcast('audience/pong-to-room', 'The answer to a ping', pongTypes, by('heartbeat/pong-not-broadcast', 'leaked')),
  broadcast('audience/reply-to-room', 'The reply to a request', replyTypes, by('request/reply-direct', 'leaked')),
  broadcast('audience/error-to-room', 'An error', errors, by('validation/error-direct', 'leaked')),
  {
    ...broadcast('audience/replay-to-room', 'A replay', sequencedTypes, by('resync/replay-direct', 'leaked')),
    appliesTo: hasResync,
  },
  broadcast('audience/snapshot-to-room', 'A snapshot', snapshots, by('delivery/welcome', 'leaked')),
];
