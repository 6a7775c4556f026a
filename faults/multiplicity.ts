// Faults of multiplicity: a message comes twice, or not at all.
import type { ChannelTable, Seam } from '../runtime/server/index.ts';
import { changeFanout, type Fanned } from './decorate-fanout.ts';
import { changeEvents, changeOutgoing } from './decorate-transport.ts';
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

// Messages sent in a row come closer together than this.
const ROW_MS = 30;

/** Leaves out the n-th of the messages of one type that a room (or the channel) gets in a row. */
const losing =
  (n: number) =>
  (seam: Seam): Seam => {
    const rows = new Map<string, { readonly count: number; readonly at: number }>();
    return changeFanout(seam, (one) => {
      const { channel, room, type } = one.publication;
      const key = JSON.stringify([channel, room, type]);
      const now = seam.clock.now();
      const before = rows.get(key);
      const count = before && now - before.at < ROW_MS ? before.count + 1 : 1;
      rows.set(key, { count, at: now });
      return isDomain(one) && count === n ? [] : [{ message: one.message, to: one.recipients }];
    });
  };

export const multiplicityFaults: readonly Fault[] = [
  {
    id: 'multiplicity/lost-in-a-row',
    sentence: 'The third of the messages sent in a row is lost.',
    intended: [by('delivery/receivers', 'lost', 'missing')],
    appliesTo: shared,
    apply: losing(3),
  },
  {
    id: 'multiplicity/lost-after-abrupt-end',
    sentence: 'The first message of a room after a connection was lost reaches one member alone.',
    intended: [by('delivery/others-served-after-abrupt-end', 'lost', 'missing')],
    appliesTo: isDelivered('room', 'others', 'other-users'),
    apply: (seam) => {
      const shaken = new Set<string>();
      const keyOf = (channel: string, room: string): string => JSON.stringify([channel, room]);
      const noted = changeEvents(seam, ({ inner: { facts }, events }) => ({
        closed: (code) => {
          if (code === 1006) for (const room of facts.rooms) shaken.add(keyOf(facts.channel, room));
          events.closed(code);
        },
      }));
      return changeFanout(noted, (one) => {
        const { channel, room } = one.publication;
        const isShaken = room !== null && isDomain(one) && shaken.delete(keyOf(channel, room));
        return [{ message: one.message, to: isShaken ? one.recipients.slice(0, 1) : one.recipients }];
      });
    },
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
    intended: [by('request/replied-once', 'duplicate')],
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
