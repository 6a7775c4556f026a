// Faults of multiplicity: a message comes twice, or not at all.
import type { ChannelTable, Seam } from '../runtime/server/index.ts';
import { changeFanout, type Fanned } from './decorate-fanout.ts';
import { changeOutgoing } from './decorate-transport.ts';
import { by, type Fault } from './fault.ts';
import { hasResync, isDelivered, pongTypes, presenceTypes, replyTypes, sequencedTypes } from './kinds.ts';

const shared = isDelivered('room', 'others', 'other-users', 'user', 'everyone');

const isDomain = ({ table, publication }: Fanned): boolean => !presenceTypes(table).has(publication.type);

const directTwice =
  (kind: (table: ChannelTable) => ReadonlySet<string>) =>
  (seam: Seam): Seam =>
    changeOutgoing(seam, ({ table, type, isDirect, message }) =>
      isDirect && kind(table).has(type) ? [message, message] : [message],
    );

/** Leaves out every n-th of the messages of one room (or of the channel). */
const losing =
  (n: number) =>
  (seam: Seam): Seam => {
    const counts = new Map<string, number>();
    return changeFanout(seam, (one) => {
      const { channel, room, type } = one.publication;
      const key = JSON.stringify([channel, room, type]);
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return isDomain(one) && count % n === 0 ? [] : [{ message: one.message, to: one.recipients }];
    });
  };

export const multiplicityFaults: readonly Fault[] = [
  {
    id: 'multiplicity/lost-each-third',
    sentence: 'Each third message of a type is lost.',
    intended: [by('delivery/receivers', 'lost', 'missing')],
    appliesTo: shared,
    apply: losing(3),
  },
  {
    id: 'multiplicity/duplicate',
    sentence: 'Each published message arrives twice.',
    intended: [by('delivery/receivers', 'duplicate')],
    appliesTo: shared,
    apply: (seam) =>
      changeFanout(seam, (one) => {
        const handed = { message: one.message, to: one.recipients };
        return isDomain(one) ? [handed, handed] : [handed];
      }),
  },
  {
    id: 'multiplicity/pong-twice',
    sentence: 'A ping is answered twice.',
    intended: [by('heartbeat/ping-answered', 'duplicate')],
    appliesTo: (table) => pongTypes(table).size > 0,
    apply: directTwice(pongTypes),
  },
  {
    id: 'multiplicity/reply-twice',
    sentence: 'A request is answered twice.',
    intended: [by('request/reply-once', 'duplicate')],
    appliesTo: (table) => replyTypes(table).size > 0,
    apply: directTwice(replyTypes),
  },
  {
    id: 'multiplicity/error-twice',
    sentence: 'A rejected message is answered by two errors.',
    intended: [by('validation/invalid-answered', 'duplicate'), by('validation/malformed-answered', 'duplicate')],
    appliesTo: (table) => table.error !== null,
    apply: directTwice((table) => new Set(table.error ? [table.error.type] : [])),
  },
  {
    id: 'multiplicity/replay-twice',
    sentence: 'A replay has each update twice.',
    intended: [by('resync/replay-complete')],
    appliesTo: hasResync,
    apply: directTwice(sequencedTypes),
  },
];
