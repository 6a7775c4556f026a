// Faults of resync: replays that lack something, have too much, or come in place of a snapshot.
import type { Encoded, Engine, History, HistoryEntry, HistoryRange, Seam } from '../runtime/server/index.ts';
import { readAt, removeAt, writeAt } from '../runtime/server/pointer.ts';
import { changeTables } from './decorate-channels.ts';
import { changeEngine } from './decorate-engine.ts';
import { changeEvents, changeIncoming, changeOutgoing } from './decorate-transport.ts';
import { by, type Fault } from './fault.ts';
import { hasResync, hasRooms, sequencedTypes } from './kinds.ts';
import { judging } from './validation.ts';

const hasSnapshot: Fault['appliesTo'] = (table) => table.resync?.snapshot != null;
const byTime: Fault['appliesTo'] = (table) =>
  table.resync?.request.lastTimestamp != null && table.resync.timestamp !== null;

type Read = (range: HistoryRange, keep: number) => Promise<History>;

/** What is read of a history that clients ask for; snapshots ask for what comes after everything. */
const reading =
  (change: (read: Read, range: HistoryRange, keep: number) => Promise<History>) =>
  (seam: Seam): Seam =>
    changeEngine(seam, (inner: Engine) => ({
      history: (stream, range, keep) => {
        const read: Read = (other, size) => inner.history(stream, other, size);
        return change(read, range, keep);
      },
    }));

const entries =
  (change: (list: readonly HistoryEntry[], range: HistoryRange) => readonly HistoryEntry[]) =>
  (seam: Seam): Seam =>
    reading(async (read, range, keep) => {
      const history = await read(range, keep);
      return { ...history, entries: change(history.entries, range) };
    })(seam);

/** Something of the history, changed by whether everyone left the room meanwhile. */
const afterEmpty =
  (forget: (inner: Engine, set: string) => Promise<unknown>, hidden = false) =>
  (seam: Seam): Seam =>
    changeEngine(seam, (inner) => {
      const heads = new Map<string, number>();
      return {
        leave: async (set, connection) => {
          const gone = await inner.leave(set, connection);
          if (gone.empty) await forget(inner, set);
          if (gone.empty && hidden) heads.set(set, (await inner.history(set, { after: 0 }, 1)).head);
          return gone;
        },
        history: async (stream, range, keep) => {
          const history = await inner.history(stream, range, keep);
          const head = heads.get(stream) ?? 0;
          return { ...history, entries: history.entries.filter(({ sequence }) => sequence > head) };
        },
      };
    });

const complete = by('resync/replay-complete', 'lost', 'too-many', 'wrong-order', 'changed');

/** Messages of a kind that answer one connection, none of them sent. */
const withoutDirect = (seam: Seam, isIt: (table: Parameters<Fault['appliesTo']>[0], type: string) => boolean): Seam =>
  changeOutgoing(seam, ({ table, type, isDirect, message }) => (isDirect && isIt(table, type) ? [] : [message]));

// A replay is over well within so long; what is published meanwhile is what a careless server loses.
const REPLAY_MS = 40;

export const resyncFaults: readonly Fault[] = [
  {
    id: 'resync/one-too-many',
    sentence: 'A replay begins with the update that the client has already.',
    intended: [complete, by('resync/nothing-at-head', 'too-many')],
    appliesTo: hasResync,
    apply: reading((read, range, keep) =>
      read('after' in range ? { after: Math.max(0, range.after - 1) } : range, keep),
    ),
  },
  {
    id: 'resync/other-rooms-replayed',
    sentence: 'A replay has what was sent to the other rooms of the channel too.',
    intended: [by('resync/other-rooms-left-out', 'leaked')],
    appliesTo: (table) => table.resync?.scope === 'room' && hasRooms(table),
    apply: (seam) =>
      changeEngine(seam, (inner) => {
        const channels = new Map<string, string>();
        return {
          append: (entry) => {
            channels.set(entry.stream, entry.publication.channel);
            return inner.append(entry);
          },
          history: async (stream, range, keep) => {
            const own = await inner.history(stream, range, keep);
            const channel = channels.get(stream);
            const beside = [...channels.keys()].filter((one) => one !== stream && channels.get(one) === channel);
            const others = await Promise.all(beside.map((one) => inner.history(one, range, keep)));
            const all = [own, ...others].flatMap((history) => history.entries);
            return { ...own, entries: all.sort((left, right) => left.sequence - right.sequence) };
          },
        };
      }),
  },
  {
    id: 'resync/one-too-few',
    sentence: 'A replay begins one update too late.',
    intended: [complete],
    appliesTo: hasResync,
    apply: entries((list, range) => ('after' in range ? list.slice(1) : list)),
  },
  {
    id: 'resync/last-missing',
    sentence: 'A replay lacks the last update.',
    intended: [complete],
    appliesTo: hasResync,
    apply: entries((list) => list.slice(0, -1)),
  },
  {
    id: 'resync/reversed',
    sentence: 'A replay has the newest update first.',
    intended: [complete],
    appliesTo: hasResync,
    apply: entries((list) => [...list].reverse()),
  },
  {
    id: 'resync/restamped',
    sentence: 'Replayed updates carry the time of the replay.',
    intended: [by('resync/replay-complete', 'changed')],
    appliesTo: (table) => table.resync?.timestamp != null,
    apply: (seam) =>
      entries((list) =>
        list.map((entry) => ({
          ...entry,
          text: entry.text.replaceAll(/"\d{4}-\d\d-\d\dT[^"]*"/g, `"${new Date(seam.clock.now() + 1).toISOString()}"`),
        })),
      )(seam),
  },
  {
    id: 'resync/identical-updates-lost',
    sentence: 'Of updates with the same content only one is kept.',
    intended: [by('resync/identical-updates-kept', 'lost')],
    appliesTo: hasResync,
    apply: (seam) => {
      const places = seam.channels.flatMap(({ table }) =>
        table.resync
          ? [table.resync.sequence, ...(table.resync.timestamp === null ? [] : [table.resync.timestamp])]
          : [],
      );
      const content = (entry: HistoryEntry): string =>
        JSON.stringify(places.reduce<unknown>(removeAt, JSON.parse(entry.text)));
      return entries((list) => [...new Map(list.map((entry) => [content(entry), entry])).values()])(seam);
    },
  },
  {
    id: 'resync/time-ignored',
    sentence: 'A request by time replays everything.',
    intended: [by('resync/by-timestamp', 'too-many')],
    appliesTo: byTime,
    apply: reading(async (read, range, keep) => {
      if ('after' in range) return await read(range, keep);
      return { ...(await read({ after: 0 }, keep)), oldestTimestamp: null };
    }),
  },
  {
    id: 'resync/time-exclusive',
    sentence: 'A request by time leaves out the updates of that very time.',
    intended: [by('resync/by-timestamp', 'lost')],
    appliesTo: byTime,
    apply: reading((read, range, keep) => read('after' in range ? range : { since: range.since + 1 }, keep)),
  },
  {
    id: 'resync/time-wins',
    sentence: 'Where a request has a number and a time, the time decides.',
    intended: [by('resync/sequence-wins', 'too-many')],
    appliesTo: (table) => byTime(table) && table.resync?.request.lastSequence != null,
    apply: (seam) =>
      changeIncoming(seam, ({ table, type, value, text }) => {
        const { request } = table.resync ?? {};
        if (!request || type !== request.type) return [text];
        const { lastSequence, lastTimestamp } = request;
        if (lastSequence === null || lastTimestamp === null) return [text];
        if (readAt(value, lastTimestamp) === undefined) return [text];
        return [JSON.stringify(removeAt(value, lastSequence))];
      }),
  },
  {
    id: 'resync/unanswered',
    sentence: 'A request is answered by nothing.',
    intended: [complete],
    appliesTo: hasResync,
    apply: (seam) => withoutDirect(seam, (table, type) => sequencedTypes(table).has(type)),
  },
  {
    id: 'resync/no-snapshot',
    sentence: 'Snapshots are not sent.',
    intended: [
      by('resync/above-head-snapshot', 'no-snapshot', 'missing'),
      by('resync/below-history-snapshot', 'no-snapshot', 'missing'),
      by('sequence/snapshot-current', 'missing'),
    ],
    appliesTo: hasSnapshot,
    apply: (seam) => withoutDirect(seam, (table, type) => type === table.resync?.snapshot?.type),
  },
  {
    id: 'resync/above-head-silent',
    sentence: 'A position above the last number is taken for one at the head.',
    intended: [by('resync/above-head-snapshot', 'no-snapshot')],
    appliesTo: hasSnapshot,
    apply: reading(async (read, range, keep) => {
      const history = await read(range, keep);
      const isAbove = 'after' in range && range.after > history.head && range.after < Number.MAX_SAFE_INTEGER;
      return isAbove ? { ...history, head: range.after } : history;
    }),
  },
  {
    id: 'resync/replay-with-gap',
    sentence: 'A position before what is kept is answered by what there is.',
    intended: [by('resync/below-history-snapshot', 'no-snapshot', 'missing')],
    appliesTo: hasSnapshot,
    apply: reading(async (read, range, keep) => ({ ...(await read(range, keep)), oldest: 1 })),
  },
  {
    id: 'resync/history-shorter',
    sentence: 'Half as many updates are kept as the contract says.',
    intended: [by('resync/history-kept')],
    appliesTo: hasResync,
    apply: reading((read, range, keep) => read(range, Math.ceil(keep / 2))),
  },
  {
    id: 'resync/live-lost',
    sentence: 'What is published while a connection is sent its replay does not reach it.',
    intended: [by('resync/live-not-lost', 'lost')],
    appliesTo: hasResync,
    apply: (seam) => {
      const busy = new Map<string, number>();
      const noted = changeEvents(seam, ({ inner, table, events }) => ({
        message: (text) => {
          const type = table.resync?.request.type;
          if (type !== undefined && text.includes(`"${type}"`)) busy.set(inner.facts.id, seam.clock.now() + REPLAY_MS);
          events.message(text);
        },
      }));
      return {
        ...noted,
        fanout: (publication, message: Encoded, recipients, all) => {
          const free = [...recipients].filter(({ facts }) => (busy.get(facts.id) ?? 0) <= seam.clock.now());
          noted.fanout(publication, message, free, all);
        },
      };
    },
  },
  {
    id: 'resync/forgotten-when-empty',
    sentence: 'A room begins anew when everyone has left it.',
    intended: [by('resync/kept-while-empty', 'forgotten', 'reused')],
    appliesTo: (table) => hasResync(table) && table.room?.life === 'kept',
    apply: afterEmpty((inner, set) => inner.drop(set)),
  },
  {
    id: 'resync/silent-about-before-empty',
    sentence: 'Of what came before everyone left nothing is replayed, and nobody is told.',
    intended: [by('resync/kept-while-empty', 'lost')],
    appliesTo: (table) => hasResync(table) && table.room?.life === 'kept',
    apply: afterEmpty(async () => undefined, true),
  },
  {
    id: 'resync/does-not-join',
    sentence: 'Asking joins nothing.',
    intended: [by('resync/request-joins')],
    appliesTo: (table) => table.resync?.request.joins === true,
    apply: (seam) =>
      changeTables(seam, ({ resync }) => ({
        resync: resync && { ...resync, request: { ...resync.request, joins: false } },
      })),
  },
  {
    id: 'resync/position-not-required',
    sentence: 'A request without a position replays everything.',
    intended: [by('resync/position-required', 'accepted', 'missing')],
    appliesTo: (table) => table.resync?.request.lastSequence != null,
    apply: (seam) => {
      const lenient = judging(seam, (value, verdict) => (verdict.issues ? { value } : verdict));
      return changeIncoming(lenient, ({ table, type, value, text }) => {
        const { request } = table.resync ?? {};
        if (!request?.lastSequence || type !== request.type) return [text];
        const { lastSequence, lastTimestamp } = request;
        const hasPosition = [lastSequence, lastTimestamp].some((at) => at !== null && readAt(value, at) !== undefined);
        if (hasPosition || typeof value !== 'object' || value === null) return [text];
        return [JSON.stringify(writeAt(value, lastSequence, 0))];
      });
    },
  },
];
