// Faults of sequenced messages: their order, the gaps between them, and what a client asks for after a reconnect.
import type { ClientTable, Message } from '../../runtime/client/index.ts';
import { put, read } from '../../runtime/client/message.ts';
import { by } from '../fault.ts';
import type { ClientFault, Given } from './client-fault.ts';
import { delivering, never, reporting, typeOf, withFace, withRows } from './decorate-face.ts';
import { onSocket, outgoing, parsed } from './decorate-socket.ts';

const sequenced: ClientFault['appliesTo'] = ({ resync }) => resync !== undefined;
const withSnapshot: ClientFault['appliesTo'] = ({ resync }) => resync?.snapshot !== undefined;

const isUpdate = (message: Message, table: ClientTable): boolean =>
  table.resync?.types.includes(String(typeOf(message, table))) === true;
const isSnapshot = (message: Message | null, table: ClientTable): boolean =>
  table.resync?.snapshot !== undefined && typeOf(message, table) === table.resync.snapshot.type;

const withResync = (given: Given, { resync }: ClientTable, rows: Partial<NonNullable<ClientTable['resync']>>): Given =>
  withRows(given, resync === undefined ? {} : { resync: { ...resync, ...rows } });

export const sequenceFaults: readonly ClientFault[] = [
  {
    id: 'sequence/delivered-as-it-comes',
    sentence: 'The application is given updates as they come, repeated ones too.',
    intended: [by('sequence/delivered-in-order', 'duplicate')],
    appliesTo: sequenced,
    given: (given) => withRows(given, { resync: undefined }),
  },
  {
    id: 'sequence/delivered-twice',
    sentence: 'The application is given each update twice.',
    intended: [by('sequence/delivered-in-order', 'duplicate')],
    appliesTo: sequenced,
    face: (face, table) => delivering(face, (message) => (isUpdate(message, table) ? [message, message] : [message])),
  },
  {
    id: 'sequence/one-in-seven-lost',
    sentence: 'Every seventh update does not reach the application.',
    intended: [by('sequence/whole-under-loss', 'lost')],
    appliesTo: sequenced,
    face(face, table) {
      let count = 0;
      return delivering(face, (message) => {
        if (isUpdate(message, table)) count += 1;
        return isUpdate(message, table) && count % 7 === 0 ? [] : [message];
      });
    },
  },
  {
    id: 'sequence/no-replay-asked-for',
    sentence: 'The client does not ask for what it lacks.',
    intended: [by('sequence/gap-asks-for-replay', 'not-asked')],
    appliesTo: sequenced,
    given: (given, table) =>
      outgoing(given, (message) => (typeOf(message, table) === table.resync?.request.type ? undefined : message)),
  },
  {
    id: 'sequence/replay-asked-for-late',
    sentence: 'The client waits six times as long before it asks for what it lacks.',
    intended: [by('sequence/gap-asks-for-replay', 'too-late', 'not-asked')],
    appliesTo: sequenced,
    given: (given, table) => withResync(given, table, { gapTimeoutMs: (table.resync?.gapTimeoutMs ?? 0) * 6 }),
  },
  {
    id: 'sequence/gap-in-silence',
    sentence: 'The application is not told of a gap.',
    intended: [by('sequence/gap-reported', 'not-reported')],
    appliesTo: sequenced,
    face: (face) => reporting(face, (report) => (report.kind === 'gap' ? null : report)),
  },
  {
    id: 'sequence/gap-off-by-one',
    sentence: 'The application is told of a gap that begins one too early.',
    intended: [by('sequence/gap-reported', 'wrong-gap')],
    appliesTo: sequenced,
    face: (face) =>
      reporting(face, (report) => (report.kind === 'gap' ? { ...report, from: report.from - 1 } : report)),
  },
  {
    id: 'sequence/holdback-without-bound',
    sentence: 'The client holds back whatever comes behind a gap.',
    intended: [by('sequence/holdback-bounded', 'not-reported')],
    appliesTo: sequenced,
    given: (given, table) => withResync(given, table, { holdback: never }),
  },
  {
    id: 'sequence/holdback-too-small',
    sentence: 'The client holds back half of what the contract says.',
    intended: [by('sequence/holdback-bounded', 'too-early')],
    appliesTo: sequenced,
    given: (given, table) => withResync(given, table, { holdback: Math.floor((table.resync?.holdback ?? 0) / 2) }),
  },
];

export const resyncFaults: readonly ClientFault[] = [
  {
    id: 'resync/not-asked-for',
    sentence: 'The client joins again after a reconnect, and asks for nothing.',
    intended: [by('resync/asks-after-reconnect', 'not-asked')],
    appliesTo: sequenced,
    given: (given, table) =>
      outgoing(given, (message) => (typeOf(message, table) === table.resync?.request.type ? undefined : message)),
  },
  {
    id: 'resync/one-too-far',
    sentence: 'The client asks for what follows the number after its position.',
    intended: [by('resync/asks-after-reconnect', 'wrong-position'), by('resync/missed-delivered', 'lost')],
    appliesTo: sequenced,
    given: (given, table) =>
      outgoing(given, (message) => {
        const place = table.resync?.request.lastSequence;
        if (place === undefined || typeOf(message, table) !== table.resync?.request.type) return message;
        return put(message, place, Number(read(message, place)) + 1);
      }),
  },
  {
    id: 'resync/in-another-order',
    sentence: 'The client pings before it asks for a replay.',
    intended: [by('resync/asks-after-reconnect', 'wrong-order')],
    appliesTo: ({ resync }) => (resync?.replay.length ?? 0) > 1,
    given: (given, table) => withResync(given, table, { replay: [...(table.resync?.replay ?? [])].reverse() }),
  },
  {
    id: 'resync/missed-is-lost',
    sentence: 'After a reconnect the client goes on from where the server is.',
    intended: [by('resync/missed-delivered', 'lost')],
    appliesTo: sequenced,
    given: (given, table) =>
      onSocket(given, (wire) => {
        // What a replay brings is not heard.
        let isReplaying = false;
        return {
          send(text) {
            if (typeOf(parsed(text), table) === table.resync?.request.type) isReplaying = true;
            wire.send(text);
          },
          hear(event, payload) {
            const message = event === 'message' ? parsed(payload.data) : null;
            if (message !== null && !isUpdate(message, table)) isReplaying = false;
            if (message === null || !isReplaying) wire.tell(event, payload);
          },
        };
      }),
  },
  {
    id: 'resync/updates-before-the-snapshot',
    sentence: 'The application is given updates before the snapshot that they belong to.',
    intended: [by('resync/held-until-snapshot', 'too-many')],
    appliesTo: withSnapshot,
    given: (given, table) => withRows(given, table.resync === undefined ? {} : { resync: undefined }),
  },
  {
    id: 'resync/joining-snapshot-delivered',
    sentence: 'The application is given the snapshot that joining again brings.',
    intended: [by('resync/missed-delivered', 'too-many', 'duplicate')],
    appliesTo: withSnapshot,
    both(given, table) {
      const handlers = new Set<(message: Message) => void>();
      return {
        given: onSocket(given, (wire) => ({
          hear(event, payload) {
            const message = event === 'message' ? parsed(payload.data) : null;
            if (message !== null && wire.index > 0 && isSnapshot(message, table))
              for (const handler of handlers) handler(message);
            wire.tell(event, payload);
          },
        })),
        face: (face) =>
          withFace(face, {
            onAny(handler) {
              handlers.add(handler);
              return face.onAny(handler);
            },
          }),
      };
    },
  },
  {
    id: 'resync/reset-ignored',
    sentence: 'Every snapshot after the first is thrown away.',
    intended: [by('resync/snapshot-resets', 'lost')],
    appliesTo: withSnapshot,
    face(face, table) {
      let isFirst = true;
      return delivering(face, (message) => {
        if (!isSnapshot(message, table)) return [message];
        const isKept = isFirst;
        isFirst = false;
        return isKept ? [message] : [];
      });
    },
  },
  {
    id: 'resync/new-beginning-unnoticed',
    sentence: 'The client does not notice that a room began anew.',
    intended: [by('resync/began-anew', 'lost')],
    appliesTo: withSnapshot,
    given(given, table) {
      let highest = 0;
      return onSocket(given, (wire) => ({
        hear(event, payload) {
          const message = event === 'message' ? parsed(payload.data) : null;
          const place = message === null ? undefined : table.resync?.snapshot?.sequence;
          const number = Number(read(message, isSnapshot(message, table) ? place : table.resync?.sequence));
          if (message !== null && isSnapshot(message, table) && place !== undefined && number < highest)
            wire.tell(event, { data: JSON.stringify(put(message, place, highest)) });
          else wire.tell(event, payload);
          if (number > highest) highest = number;
        },
      }));
    },
  },
  {
    id: 'resync/rooms-not-joined-again',
    sentence: 'Rooms that were joined by a message are not joined again.',
    intended: [by('reconnect/rooms-joined-again', 'not-joined')],
    appliesTo: ({ messages }) => Object.values(messages).some(({ join }) => join),
    given: (given, table) =>
      onSocket(given, (wire) => ({
        send(text) {
          const row = table.messages[String(typeOf(parsed(text), table))];
          if (wire.index === 0 || row?.join === undefined) wire.send(text);
        },
      })),
  },
  {
    id: 'resync/left-rooms-joined-again',
    sentence: 'Rooms that were left are joined again.',
    intended: [by('reconnect/rooms-joined-again', 'joined-again')],
    appliesTo: ({ messages }) => Object.values(messages).some(({ leave }) => leave),
    given(given, table) {
      const joins = new Set<string>();
      return onSocket(given, (wire) => ({
        hear(event, payload) {
          wire.tell(event, payload);
          if (event === 'open') for (const text of joins) wire.send(text);
        },
        send(text) {
          if (table.messages[String(typeOf(parsed(text), table))]?.join !== undefined) joins.add(text);
          wire.send(text);
        },
      }));
    },
  },
];
