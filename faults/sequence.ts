// Faults of sequence: numbers that begin, step or repeat otherwise than the contract says.
import type { ChannelTable, Encoded, Seam } from '../runtime/server/index.ts';
import { readAt, writeAt } from '../runtime/server/pointer.ts';
import { changeEngine } from './decorate-engine.ts';
import { changeFanout, type Fanned } from './decorate-fanout.ts';
import { changeOutgoing, type Outgoing } from './decorate-transport.ts';
import { by, type Fault } from './fault.ts';
import { hasResync, sequencedTypes } from './kinds.ts';
import { rewritten } from './message-text.ts';

const hasSnapshot: Fault['appliesTo'] = (table) => table.resync?.snapshot != null;

const numbered = (message: Encoded, table: ChannelTable, change: (sequence: number) => unknown): Encoded =>
  rewritten(message, (value) => {
    const place = table.resync!.sequence;
    return writeAt(value, place, change(Number(readAt(value, place))));
  });

const isSequenced = ({ table, publication }: Fanned): boolean => sequencedTypes(table).has(publication.type);

const roomKey = ({ publication }: Fanned): string => JSON.stringify([publication.channel, publication.room]);

/** The numbers of broadcast updates, changed. */
const renumbering =
  (change: (sequence: number, one: Fanned) => unknown) =>
  (seam: Seam): Seam =>
    changeFanout(seam, (one) => [
      {
        message: isSequenced(one) ? numbered(one.message, one.table, (sequence) => change(sequence, one)) : one.message,
        to: one.recipients,
      },
    ]);

// Updates that come closer together than this were caused at the same time.
const TOGETHER_MS = 25;

/** Every direct message that fits uses up a number of the rooms of its connection. */
const wasting =
  (uses: (one: Outgoing) => boolean) =>
  (seam: Seam): Seam => {
    const wasted = new Map<string, number>();
    const noted = changeOutgoing(seam, (one) => {
      if (one.isDirect && uses(one)) {
        const { rooms, addressRoom, channel } = one.inner.facts;
        for (const room of rooms.size > 0 ? rooms : [addressRoom]) {
          const key = JSON.stringify([channel, room]);
          wasted.set(key, (wasted.get(key) ?? 0) + 1);
        }
      }
      return [one.message];
    });
    return renumbering((sequence, one) => sequence + (wasted.get(roomKey(one)) ?? 0))(noted);
  };

export const sequenceFaults: readonly Fault[] = [
  {
    id: 'sequence/starts-at-zero',
    sentence: 'The first update of a room has the number 0.',
    intended: [by('sequence/starts-at-one', 'wrong-number')],
    appliesTo: hasResync,
    apply: renumbering((sequence) => sequence - 1),
  },
  {
    id: 'sequence/steps-by-two',
    sentence: 'Numbers go up by two.',
    intended: [by('sequence/steps-by-one', 'wrong-step')],
    appliesTo: hasResync,
    apply: renumbering((sequence) => sequence * 2 - 1),
  },
  {
    id: 'sequence/counts-by-type',
    sentence: 'Each type of update is counted on its own.',
    intended: [by('sequence/steps-by-one', 'wrong-step')],
    appliesTo: (table) => (table.resync?.messages.length ?? 0) > 1,
    apply: (seam) => {
      const counts = new Map<string, number>();
      return renumbering((_, one) => {
        const key = JSON.stringify([roomKey(one), one.publication.type]);
        const next = (counts.get(key) ?? 0) + 1;
        counts.set(key, next);
        return next;
      })(seam);
    },
  },
  {
    id: 'sequence/number-as-text',
    sentence: 'The number is a text.',
    intended: [by('sequence/starts-at-one', 'wrong-number'), by('validation/sent-valid')],
    appliesTo: hasResync,
    apply: renumbering((sequence) => String(sequence)),
  },
  {
    id: 'sequence/shared-between-rooms',
    sentence: 'All rooms count together.',
    intended: [by('sequence/rooms-independent')],
    appliesTo: (table) => table.resync?.scope === 'room',
    apply: (seam) => {
      const counts = new Map<string, number>();
      return renumbering((_, { publication: { channel } }) => {
        const next = (counts.get(channel) ?? 0) + 1;
        counts.set(channel, next);
        return next;
      })(seam);
    },
  },
  {
    id: 'sequence/same-number-under-concurrency',
    sentence: 'Updates that are caused at the same time get the same number.',
    intended: [by('sequence/unique-under-concurrency')],
    appliesTo: hasResync,
    apply: (seam) => {
      const last = new Map<string, number>();
      const shared = new Map<string, number>();
      return renumbering((sequence, one) => {
        const key = roomKey(one);
        const now = seam.clock.now();
        const isTogether = now - (last.get(key) ?? 0) < TOGETHER_MS;
        last.set(key, now);
        if (isTogether) shared.set(key, (shared.get(key) ?? 0) + 1);
        return sequence - (shared.get(key) ?? 0);
      })(seam);
    },
  },
  {
    id: 'sequence/differs-by-member',
    sentence: 'Each connection counts the updates that it gets.',
    intended: [by('sequence/same-for-all-members', 'differs')],
    appliesTo: hasResync,
    apply: (seam) => {
      const counts = new WeakMap<object, number>();
      return changeFanout(seam, (one) =>
        isSequenced(one)
          ? one.recipients.map((recipient) => {
              const next = (counts.get(recipient) ?? 0) + 1;
              counts.set(recipient, next);
              return { message: numbered(one.message, one.table, () => next), to: [recipient] };
            })
          : [{ message: one.message, to: one.recipients }],
      );
    },
  },
  {
    id: 'sequence/snapshot-uses-number',
    sentence: 'A snapshot uses up a number.',
    intended: [by('sequence/snapshot-uses-none')],
    appliesTo: hasSnapshot,
    apply: wasting(({ table, type }) => type === table.resync?.snapshot?.type),
  },
  {
    id: 'sequence/replay-uses-number',
    sentence: 'Each replayed update uses up a number.',
    intended: [by('sequence/replay-uses-none')],
    appliesTo: hasResync,
    apply: wasting(({ table, type }) => sequencedTypes(table).has(type)),
  },
  {
    id: 'sequence/rejected-uses-number',
    sentence: 'A rejected message uses up a number.',
    intended: [by('sequence/rejected-uses-none')],
    appliesTo: (table) => hasResync(table) && table.error !== null,
    apply: wasting(({ table, type }) => type === table.error?.type),
  },
  {
    id: 'sequence/snapshot-stale',
    sentence: 'A snapshot carries the number before the last update.',
    intended: [by('sequence/snapshot-current', 'wrong-number')],
    appliesTo: hasSnapshot,
    apply: (seam) =>
      changeOutgoing(seam, ({ table, type, message }) => {
        const snapshot = table.resync?.snapshot;
        if (!snapshot || type !== snapshot.type) return [message];
        return [
          rewritten(message, (value) =>
            writeAt(value, snapshot.sequence, Math.max(0, Number(readAt(value, snapshot.sequence)) - 1)),
          ),
        ];
      }),
  },
  {
    id: 'sequence/restarts-when-room-empties',
    sentence: 'The numbers of a room begin anew when nobody is connected to it, as a counter in a process does.',
    intended: [by('resync/survives-restart', 'reused')],
    appliesTo: hasResync,
    apply: (seam) => {
      const bases = new Map<string, number>();
      const heads = new Map<string, number>();
      const counted = changeEngine(seam, (inner) => ({
        subscribe: async (topic, listener) => {
          bases.set(topic, heads.get(topic) ?? 0);
          return await inner.subscribe(topic, listener);
        },
        append: async (entry) => {
          if (entry.text.length === 1) return await inner.append(entry);
          const head = (heads.get(entry.stream) ?? 0) + 1;
          heads.set(entry.stream, head);
          const number = head - (bases.get(entry.topic ?? entry.stream) ?? 0);
          await inner.append({ ...entry, text: [`${entry.text[0]}${number}${entry.text[1]}`] });
          return number;
        },
      }));
      return counted;
    },
  },
];
