// Faults of presence: who is told that a user came or went, and how often.
import type { ChannelTable, Encoded, Recipient, Seam } from '../runtime/server/index.ts';
import { readAt } from '../runtime/server/pointer.ts';
import { withCause } from './current-cause.ts';
import { changeEngine } from './decorate-engine.ts';
import { changeFanout, type Fanned, joined } from './decorate-fanout.ts';
import { changeEvents } from './decorate-transport.ts';
import { by, type Fault } from './fault.ts';

const hasPresence: Fault['appliesTo'] = (table) => table.room?.presence != null;
const perUser: Fault['appliesTo'] = (table) => table.room?.presence?.per === 'user';
const canLeave: Fault['appliesTo'] = (table) => hasPresence(table) && table.room?.leave != null;

type Change = 'joined' | 'left';

/** Whether a publication tells that change. */
const tells = (table: ChannelTable, message: Encoded, type: string, change: Change): boolean => {
  const row = table.room?.presence?.[change];
  if (!row || row.type !== type) return false;
  const value: unknown = JSON.parse(message.text);
  return row.match.every((one) => JSON.stringify(readAt(value, one.pointer)) === JSON.stringify(one.value));
};

const isChange = (one: Fanned, change: Change): boolean => tells(one.table, one.message, one.publication.type, change);

const dropping =
  (change: Change) =>
  (seam: Seam): Seam =>
    changeFanout(seam, (one) => (isChange(one, change) ? [] : [{ message: one.message, to: one.recipients }]));

const doubling =
  (change: Change) =>
  (seam: Seam): Seam =>
    changeFanout(seam, (one) => {
      const handed = { message: one.message, to: one.recipients };
      return isChange(one, change) ? [handed, handed] : [handed];
    });

export const presenceFaults: readonly Fault[] = [
  {
    id: 'presence/joined-not-told',
    sentence: 'Nobody is told that a user came.',
    intended: [by('presence/joined-told', 'missing')],
    appliesTo: hasPresence,
    apply: dropping('joined'),
  },
  {
    id: 'presence/left-not-told',
    sentence: 'Nobody is told that a user went.',
    intended: [by('presence/left-told', 'missing')],
    appliesTo: hasPresence,
    apply: dropping('left'),
  },
  {
    id: 'presence/joined-told-twice',
    sentence: 'That a user came is told twice.',
    intended: [by('presence/joined-told', 'duplicate')],
    appliesTo: hasPresence,
    apply: doubling('joined'),
  },
  {
    id: 'presence/left-told-twice',
    sentence: 'That a user went is told twice.',
    intended: [by('presence/left-told', 'duplicate')],
    appliesTo: hasPresence,
    apply: doubling('left'),
  },
  {
    id: 'presence/second-tab-told',
    sentence: 'Each further connection of a user is told like its first.',
    intended: [by('presence/second-connection-silent', 'leaked')],
    appliesTo: perUser,
    apply: (seam) =>
      changeEngine(seam, (inner) => ({
        join: async (set, connection, member) => ({ ...(await inner.join(set, connection, member)), first: true }),
      })),
  },
  {
    id: 'presence/left-while-open',
    sentence: 'A user is said to have gone while another of its connections is open.',
    intended: [by('presence/left-silent-while-open', 'leaked')],
    appliesTo: perUser,
    apply: (seam) =>
      changeEngine(seam, (inner) => ({
        leave: async (set, connection) => ({ ...(await inner.leave(set, connection)), last: true }),
      })),
  },
  {
    id: 'presence/told-to-self',
    sentence: 'A user is told of its own coming.',
    intended: [by('presence/joined-not-to-self', 'leaked')],
    appliesTo: (table) =>
      hasPresence(table) && table.server[table.room!.presence!.joined.type]?.delivery === 'other-users',
    apply: (seam) =>
      changeFanout(seam, (one) => {
        const own = one.all.filter(({ facts }) => facts.user.id === one.publication.cause?.user);
        return [{ message: one.message, to: isChange(one, 'joined') ? joined(one.recipients, own) : one.recipients }];
      }),
  },
  {
    id: 'presence/newcomer-told',
    sentence: 'A newcomer is told of everyone who was there before, as if they came now.',
    intended: [by('presence/newcomer-not-told', 'leaked')],
    appliesTo: hasPresence,
    apply: (seam) => {
      const came = new Map<string, Encoded[]>();
      return changeFanout(seam, (one) => {
        const usual = { message: one.message, to: one.recipients };
        if (!isChange(one, 'joined')) return [usual];
        const key = JSON.stringify([one.publication.channel, one.publication.room]);
        const before = came.get(key) ?? [];
        came.set(key, [...before, one.message]);
        const newcomer = one.all.filter(({ facts }: Recipient) => facts.id === one.publication.cause?.connection);
        return [...before.map((message) => ({ message, to: newcomer })), usual];
      });
    },
  },
  {
    id: 'presence/abrupt-end-not-told',
    sentence: 'Nobody is told of a connection that ends without a closing handshake.',
    intended: [by('presence/abrupt-end-told', 'missing')],
    appliesTo: hasPresence,
    apply: (seam) => {
      const abrupt = new Set<string>();
      const noted = changeEvents(seam, ({ inner, events }) => ({
        closed: (code) => {
          if (code === 1006) abrupt.add(inner.facts.id);
          events.closed(code);
        },
      }));
      return changeEngine(noted, (inner) => ({
        leave: async (set, connection) => {
          const result = await inner.leave(set, connection);
          return abrupt.has(connection) ? { ...result, left: null } : result;
        },
      }));
    },
  },
  {
    id: 'presence/leave-not-told',
    sentence: 'Nobody is told of a user who leaves by a message.',
    intended: [by('presence/leave-told', 'missing')],
    appliesTo: canLeave,
    apply: (seam) => {
      const { seam: noted, cause } = withCause(seam);
      return changeFanout(noted, (one) =>
        cause()?.type === one.table.room?.leave?.type && isChange(one, 'left')
          ? []
          : [{ message: one.message, to: one.recipients }],
      );
    },
  },
  {
    id: 'presence/rejoin-told',
    sentence: 'Joining again without having left is told like the first time.',
    intended: [by('presence/rejoin-silent', 'leaked')],
    appliesTo: (table) => hasPresence(table) && table.room?.join != null,
    apply: (seam) => {
      const last = new Map<string, { message: Encoded; to: readonly Recipient[] }>();
      const noted = changeFanout(seam, (one) => {
        const handed = { message: one.message, to: one.recipients };
        const { cause, channel } = one.publication;
        if (cause && isChange(one, 'joined')) last.set(JSON.stringify([channel, cause.connection]), handed);
        return [handed];
      });
      return changeEvents(noted, ({ inner, table, events }) => ({
        message: (text) => {
          const told = last.get(JSON.stringify([table.name, inner.facts.id]));
          const join = table.room?.join?.type;
          if (told && join !== undefined && text.includes(`"${join}"`) && inner.facts.rooms.size > 0) {
            for (const recipient of told.to) recipient.deliver(told.message);
          }
          events.message(text);
        },
      }));
    },
  },
  {
    id: 'presence/told-once-a-run',
    sentence: 'Only the first visit of a user is told.',
    intended: [by('presence/every-visit-told', 'missing')],
    appliesTo: hasPresence,
    apply: (seam) => {
      const known = new Set<string>();
      return changeFanout(seam, (one) => {
        const handed = { message: one.message, to: one.recipients };
        const { channel, room, cause } = one.publication;
        if (!cause || !isChange(one, 'joined')) return [handed];
        const key = JSON.stringify([channel, room, cause.user]);
        if (known.has(key)) return [];
        known.add(key);
        return [handed];
      });
    },
  },
];
