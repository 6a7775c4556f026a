// Faults of requests: which one a reply settles, and what fails one.
import { by } from '../fault.ts';
import type { ClientFault, Face } from './client-fault.ts';
import { messageRows, someRow, withFace, withRows } from './decorate-face.ts';
import { outgoing } from './decorate-socket.ts';

/** Requests are matched by an id, and are no repeats. */
const asks: ClientFault['appliesTo'] = (table) =>
  someRow(
    table,
    (row) => row.unqueued && !row.idempotent && row.answers?.some(([, own]) => own) && row.stamps === undefined,
  );

/** A request that fails with such a code never settles. */
const unsettled = (face: Face, code: string): Face =>
  withFace(face, {
    request: (type, fields) =>
      face.request(type, fields).catch((error: { readonly code?: string }) => {
        if (error.code === code) return new Promise(() => {});
        throw error;
      }),
  });

export const requestFaults: readonly ClientFault[] = [
  {
    id: 'request/one-id-for-all',
    sentence: 'All requests carry the same id.',
    intended: [by('request/matched-by-id', 'no-id', 'not-sent')],
    appliesTo: asks,
    given: (given, table) =>
      outgoing(given, (message) =>
        table.messages[String(message[table.type?.[0] ?? ''])]?.stamps === undefined
          ? { ...message, [table.id![0]!]: 'the-same' }
          : message,
      ),
  },
  {
    id: 'request/oldest-settles',
    sentence: 'A reply settles the oldest request, whatever id it carries.',
    intended: [by('request/matched-by-id', 'not-settled', 'wrong-request')],
    appliesTo: asks,
    face(face) {
      const waiting: ((reply: unknown) => void)[] = [];
      return withFace(face, {
        request: (type, fields) =>
          new Promise((resolve, reject) => {
            waiting.push(resolve);
            face.request(type, fields).then((reply) => waiting.shift()?.(reply), reject);
          }),
      });
    },
  },
  {
    id: 'request/any-reply-settles',
    sentence: 'A reply of the right type settles a request, whatever id it carries.',
    intended: [by('request/other-id-ignored', 'wrong-reply')],
    appliesTo: asks,
    given: (given, table) =>
      messageRows(given, table, (row) =>
        row.answers && !row.idempotent && row.stamps === undefined
          ? { ...row, answers: row.answers.map(([type]) => [type] as const) }
          : row,
      ),
  },
  {
    id: 'request/without-timeout',
    sentence: 'A request waits as long as it takes.',
    intended: [by('request/times-out', 'not-settled')],
    appliesTo: asks,
    face: (face) => unsettled(face, 'timeout'),
  },
  {
    id: 'request/impatient',
    sentence: 'A request fails after a third of its time.',
    intended: [by('request/times-out', 'too-early')],
    appliesTo: asks,
    given: (given, table) =>
      messageRows(given, table, (row) =>
        row.timeoutMs === undefined ? row : { ...row, timeoutMs: row.timeoutMs / 3 },
      ),
  },
  {
    id: 'request/error-unheard',
    sentence: 'An error does not fail the request that it is about.',
    intended: [by('request/error-rejects', 'not-settled')],
    appliesTo: (table) => asks(table) && table.error?.id !== undefined,
    given: (given) => withRows(given, { error: undefined }),
  },
  {
    id: 'request/waits-over-a-loss',
    sentence: 'A request waits on when its connection is lost.',
    intended: [by('request/loss-rejects', 'not-settled')],
    appliesTo: asks,
    face: (face) => unsettled(face, 'disconnected'),
  },
  {
    id: 'request/waits-over-a-close',
    sentence: 'A request waits on when the application closes the client.',
    intended: [by('request/close-rejects', 'not-settled')],
    appliesTo: asks,
    face: (face) => unsettled(face, 'closed'),
  },
  {
    id: 'request/waits-until-ready',
    sentence: 'A request that cannot be written now waits.',
    intended: [by('request/fails-while-not-ready', 'not-settled')],
    appliesTo: asks,
    face: (face) => unsettled(face, 'not-ready'),
  },
  {
    id: 'request/said-to-be-answered',
    sentence: 'A request that fails is said to have been answered.',
    intended: [by('request/loss-rejects', 'wrong-outcome')],
    appliesTo: asks,
    face: (face) => withFace(face, { request: (type, fields) => face.request(type, fields).catch(() => ({})) }),
  },
];
