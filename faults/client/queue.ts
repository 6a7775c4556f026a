// Faults of what waits until a client is ready: its order, its bounds, and what becomes of what is dropped.
import type { ClientTable, Message } from '../../runtime/client/index.ts';
import { by } from '../fault.ts';
import type { ClientFault, Face, Given } from './client-fault.ts';
import { messageRows, never, reporting, withFace, withRows } from './decorate-face.ts';
import { onSocket, outgoing } from './decorate-socket.ts';

const queues: ClientFault['appliesTo'] = ({ queue }) => queue.onlyReady !== true;
/** Where something waits that is not sent again until it comes back. */
const plainQueues: ClientFault['appliesTo'] = (table) =>
  queues(table) && !Object.values(table.messages).some(({ idempotent }) => idempotent);

const withQueue = (given: Given, { queue }: ClientTable, rows: Partial<ClientTable['queue']>): Given =>
  withRows(given, { queue: { ...queue, ...rows } });

export const queueFaults: readonly ClientFault[] = [
  {
    id: 'queue/written-twice',
    sentence: 'Every message is written twice.',
    intended: [by('queue/sent-in-order-once', 'duplicate')],
    appliesTo: queues,
    given: (given) =>
      onSocket(given, (wire) => ({
        send(text) {
          wire.send(text);
          wire.send(text);
        },
      })),
  },
  {
    id: 'queue/second-lost',
    sentence: 'The second message on each connection is lost.',
    intended: [by('queue/sent-in-order-once', 'lost')],
    appliesTo: plainQueues,
    given: (given) =>
      onSocket(given, (wire) => {
        let count = 0;
        return {
          send(text) {
            count += 1;
            if (count !== 2) wire.send(text);
          },
        };
      }),
  },
  {
    id: 'queue/neighbours-swapped',
    sentence: 'Messages that follow one another change places.',
    intended: [by('queue/sent-in-order-once', 'wrong-order')],
    appliesTo: plainQueues,
    given: (given) =>
      onSocket(given, (wire) => {
        let waiting: string | null = null;
        return {
          send(text) {
            if (waiting === null) waiting = text;
            else {
              wire.send(text);
              wire.send(waiting);
              waiting = null;
            }
          },
        };
      }),
  },
  {
    id: 'queue/flushed-again',
    sentence: 'What was written on the last connection is written again on the next.',
    intended: [by('queue/not-written-again', 'duplicate')],
    appliesTo: plainQueues,
    given(given) {
      let written: string[] = [];
      return onSocket(given, (wire) => {
        const before = written;
        written = [];
        return {
          hear(event, payload) {
            wire.tell(event, payload);
            if (event === 'open') for (const text of before) wire.send(text);
          },
          send(text) {
            written.push(text);
            wire.send(text);
          },
        };
      });
    },
  },
  {
    id: 'queue/without-bound',
    sentence: 'The queue holds whatever comes.',
    intended: [by('queue/bounded-by-count', 'not-settled')],
    appliesTo: queues,
    given: (given, table) => withQueue(given, table, { messages: never }),
  },
  {
    id: 'queue/too-small',
    sentence: 'The queue holds half of what the contract says.',
    intended: [by('queue/bounded-by-count', 'lost')],
    appliesTo: ({ queue, ...table }) => queues({ queue, ...table }) && queue.rejectNewest !== true,
    given: (given, table) => withQueue(given, table, { messages: Math.floor(table.queue.messages / 2) }),
  },
  {
    id: 'queue/without-bound-by-bytes',
    sentence: 'The queue holds messages of any size, as long as they are few enough.',
    intended: [by('queue/bounded-by-bytes', 'over-bound')],
    appliesTo: ({ queue }) => queue.bytes !== undefined,
    given: (given, table) => withQueue(given, table, { bytes: never }),
  },
  {
    id: 'queue/too-few-bytes',
    sentence: 'The queue holds half of the bytes that the contract says.',
    intended: [by('queue/bounded-by-bytes', 'lost')],
    appliesTo: ({ queue }) => queue.bytes !== undefined,
    given: (given, table) => withQueue(given, table, { bytes: (table.queue.bytes ?? 0) / 2 }),
  },
  {
    id: 'queue/wrong-end-dropped',
    sentence: 'A full queue drops at its other end.',
    intended: [by('queue/bounded-by-count', 'not-settled')],
    appliesTo: queues,
    given: (given, table) => withQueue(given, table, { rejectNewest: table.queue.rejectNewest !== true }),
  },
  {
    id: 'queue/drops-in-silence',
    sentence: 'The application is not told of what is dropped.',
    intended: [by('queue/bounded-by-count', 'not-reported')],
    appliesTo: queues,
    face: (face) => reporting(face, (report) => (report.kind === 'dropped' ? null : report)),
  },
  {
    id: 'queue/never-expires',
    sentence: 'What waits is sent however old it is.',
    intended: [by('queue/bounded-by-age', 'never')],
    appliesTo: queues,
    given: (given, table) => withQueue(given, table, { maxAgeMs: never }),
  },
  {
    id: 'queue/expires-early',
    sentence: 'What waits expires after half of its time.',
    intended: [by('queue/bounded-by-age', 'too-early')],
    appliesTo: queues,
    given: (given, table) => withQueue(given, table, { maxAgeMs: table.queue.maxAgeMs / 2 }),
  },
  {
    id: 'queue/closed-in-silence',
    sentence: 'What waits when a client is closed never settles.',
    intended: [by('queue/closed-settles-all', 'not-settled')],
    appliesTo: queues,
    face: (face) =>
      withFace(face, {
        send: (type, fields) =>
          face.send(type, fields).catch((error: { readonly code?: string }) => {
            if (error.code === 'closed') return new Promise<void>(() => {});
            throw error;
          }),
      }),
  },
  {
    id: 'queue/takes-everything',
    sentence: 'What must not wait waits.',
    intended: [by('queue/unqueued-fails-at-once', 'not-settled')],
    appliesTo: (table) =>
      table.queue.onlyReady === true ||
      Object.values(table.messages).some((row) => row.unqueued && row.answers === undefined),
    given(given, table) {
      const taking = messageRows(given, table, ({ unqueued: _, ...row }) => row);
      return withQueue(taking, table, { onlyReady: false });
    },
  },
  {
    id: 'queue/unsent-said-sent',
    sentence: 'What cannot be sent is said to have been sent.',
    intended: [by('queue/unqueued-fails-at-once', 'wrong-outcome')],
    appliesTo: (table) =>
      table.queue.onlyReady === true ||
      Object.values(table.messages).some((row) => row.unqueued && row.answers === undefined),
    face: (face) => withFace(face, { send: (type, fields) => face.send(type, fields).catch(() => {}) }),
  },
  {
    id: 'queue/failed-written-later',
    sentence: 'What failed for want of a connection is written all the same, once there is one.',
    intended: [by('queue/unqueued-fails-at-once', 'sent-later')],
    appliesTo: (table) =>
      table.queue.onlyReady === true ||
      Object.values(table.messages).some((row) => row.unqueued && row.answers === undefined),
    face(face) {
      const failed: [type: string, fields: Message | undefined][] = [];
      face.subscribe(() => {
        if (face.state.ready) for (const one of failed.splice(0)) face.send(...one).catch(() => {});
      });
      const send: Face['send'] = (type, fields) =>
        face.send(type, fields).catch((error) => {
          failed.push([type, fields]);
          throw error;
        });
      return withFace(face, { send });
    },
  },
];

const repeats: ClientFault['appliesTo'] = ({ messages }) =>
  Object.values(messages).some(({ idempotent }) => idempotent);
const isRepeated = ({ messages }: ClientTable, type: unknown): boolean => messages[String(type)]?.idempotent === true;

export const idempotencyFaults: readonly ClientFault[] = [
  {
    id: 'idempotency/not-sent-again',
    sentence: 'What was written and did not come back is not sent again.',
    intended: [by('queue/idempotent-sent-again', 'not-sent-again')],
    appliesTo: repeats,
    given: (given, table) => messageRows(given, table, (row) => (row.idempotent ? { ...row, idempotent: false } : row)),
  },
  {
    id: 'idempotency/another-id',
    sentence: 'A message that is sent again carries another id.',
    intended: [by('queue/idempotent-sent-again', 'another-id')],
    appliesTo: (table) => repeats(table) && table.id?.length === 1,
    given(given, table) {
      let count = 0;
      return outgoing(given, (message) => {
        if (!isRepeated(table, message[table.type?.[0] ?? ''])) return message;
        count += 1;
        return { ...message, [table.id![0]!]: `again-${count}` };
      });
    },
  },
  {
    id: 'idempotency/changed',
    sentence: 'A message that is sent again is not the same.',
    intended: [by('queue/idempotent-sent-again', 'changed')],
    appliesTo: repeats,
    given(given, table) {
      let count = 0;
      return outgoing(given, (message) => {
        count += 1;
        return isRepeated(table, message[table.type?.[0] ?? '']) ? { ...message, times: count } : message;
      });
    },
  },
  {
    id: 'idempotency/settles-when-written',
    sentence: 'A message settles when it is written, whatever becomes of it.',
    intended: [by('queue/idempotent-settled-once', 'too-early')],
    appliesTo: repeats,
    face: (face, table) =>
      withFace(face, {
        send: (type, fields) => {
          const sent = face.send(type, fields);
          return isRepeated(table, type) && face.state.ready ? Promise.resolve() : sent;
        },
      }),
  },
  {
    id: 'idempotency/sent-again-for-ever',
    sentence: 'A message that came back is sent again on every further connection.',
    intended: [by('queue/idempotent-settled-once', 'duplicate')],
    appliesTo: repeats,
    given(given, table) {
      const written = new Set<string>();
      return onSocket(given, (wire) => ({
        hear(event, payload) {
          wire.tell(event, payload);
          if (event === 'open') for (const text of written) wire.send(text);
        },
        send(text) {
          if (isRepeated(table, (JSON.parse(text) as Record<string, unknown>)[table.type?.[0] ?? '']))
            written.add(text);
          wire.send(text);
        },
      }));
    },
  },
  {
    id: 'idempotency/answer-to-repeat-unknown',
    sentence: 'The client does not know the answer to a repeat.',
    intended: [by('queue/idempotent-ack-settles', 'not-settled')],
    appliesTo: repeats,
    given: (given, table) =>
      messageRows(given, table, (row) =>
        row.idempotent && row.answers ? { ...row, answers: row.answers.slice(1) } : row,
      ),
  },
  {
    id: 'idempotency/echo-unknown',
    sentence: 'The client does not recognise its own message when it comes back.',
    intended: [by('queue/idempotent-settled-once', 'not-settled')],
    appliesTo: repeats,
    given: (given, table) =>
      messageRows(given, table, (row) =>
        row.idempotent && row.answers ? { ...row, answers: row.answers.slice(0, 1) } : row,
      ),
  },
  {
    id: 'idempotency/error-unheard',
    sentence: 'An error does not end what it is about.',
    intended: [by('queue/idempotent-error-ends', 'not-settled')],
    appliesTo: (table) => repeats(table) && table.error?.id !== undefined,
    given: (given) => withRows(given, { error: undefined }),
  },
  {
    id: 'idempotency/never-expires',
    sentence: 'A message that does not come back is sent again for ever.',
    intended: [by('queue/idempotent-expires', 'never')],
    appliesTo: repeats,
    given: (given, table) => withQueue(given, table, { maxAgeMs: never }),
  },
];
