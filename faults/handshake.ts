// Faults of the opening handshake: addresses that are not checked, and first messages that are lost.
import type { Seam } from '../runtime/server/index.ts';
import { changeTables } from './decorate-channels.ts';
import { changeEvents } from './decorate-transport.ts';
import { by, everywhere, type Fault } from './fault.ts';

// A handler that is attached so late misses what a client sends at once.
const LATE_MS = 40;

export const handshakeFaults: readonly Fault[] = [
  {
    id: 'handshake/any-path',
    sentence: 'A path that the contract does not have is taken for the last one that it has.',
    intended: [by('handshake/unknown-path-refused', 'let-in', 'served')],
    appliesTo: everywhere,
    apply: (seam) => {
      let last: string | null = null;
      const isKnown = (path: string): boolean =>
        seam.channels.some(({ table }) => {
          const parts = `${table.pathname}${table.address}`.split('/');
          const given = path.split('/');
          return (
            parts.length === given.length && parts.every((part, index) => part.startsWith('{') || part === given[index])
          );
        });
      return {
        ...seam,
        target: (target) => {
          const read = seam.target(target);
          if (isKnown(read.split('?')[0]!)) last = read;
          return isKnown(read.split('?')[0]!) ? read : (last ?? read);
        },
      };
    },
  },
  {
    id: 'handshake/parameters-unchecked',
    sentence: 'The parameters of an address may be anything.',
    intended: [by('handshake/parameter-refused', 'let-in', 'served')],
    appliesTo: (table) => table.parameters.length > 0,
    apply: (seam) =>
      changeTables(seam, ({ parameters }) => ({
        parameters: parameters.map(({ name, schema }) => ({
          name,
          schema: schema.type === undefined ? {} : { type: schema.type },
        })),
      })),
  },
  {
    id: 'handshake/parameter-too-strict',
    sentence: 'The parameters of an address may be letters only.',
    intended: [by('handshake/parameter-bounds-accepted', 'refused')],
    appliesTo: (table) => table.parameters.some(({ schema }) => schema.type === 'string'),
    apply: (seam) =>
      changeTables(seam, ({ parameters }) => ({
        parameters: parameters.map((row) =>
          row.schema.type === 'string' ? { ...row, schema: { ...row.schema, pattern: '^[A-Za-z0-9-]{1,40}$' } } : row,
        ),
      })),
  },
  {
    id: 'handshake/query-unchecked',
    sentence: 'Query parameters may be anything.',
    intended: [by('handshake/query-refused', 'let-in', 'served')],
    appliesTo: (table) => table.query.length > 0,
    apply: (seam) => changeTables(seam, () => ({ query: [] })),
  },
  {
    id: 'handshake/query-too-strict',
    sentence: 'The least number that a query parameter may be is refused, and so is the shortest text.',
    intended: [by('handshake/query-bounds-accepted', 'refused')],
    appliesTo: (table) => table.query.length > 0,
    apply: (seam) =>
      changeTables(seam, ({ query }) => ({
        query: query.map((row) => ({
          ...row,
          schema: {
            ...row.schema,
            ...(typeof row.schema.minimum === 'number' ? { minimum: row.schema.minimum + 1 } : { minLength: 3 }),
          },
        })),
      })),
  },
  {
    id: 'handshake/negotiates-compression',
    sentence: 'permessage-deflate is negotiated with whoever offers it.',
    intended: [by('handshake/no-compression', 'negotiated')],
    appliesTo: everywhere,
    apply: (seam) => ({ ...seam, framing: { ...seam.framing, perMessageDeflate: true } }),
  },
  {
    id: 'handshake/plain-http-status',
    sentence: 'A plain HTTP request gets another status.',
    intended: [by('handshake/plain-http-status', 'wrong-status')],
    appliesTo: (table) => table.auth?.answers.some(({ when }) => when === 'plain-http') ?? false,
    apply: (seam) =>
      changeTables(seam, ({ auth }) => ({
        auth: auth && {
          ...auth,
          answers: auth.answers.map((row) =>
            row.when === 'plain-http' && row.by === 'status' ? { ...row, statuses: [200] } : row,
          ),
        },
      })),
  },
  {
    id: 'handshake/wrong-status',
    sentence: 'Addresses that are not served are answered by another status.',
    intended: [
      by('handshake/unknown-path-status', 'wrong-status'),
      by('handshake/parameter-status', 'wrong-status'),
      by('handshake/query-status', 'wrong-status'),
    ],
    appliesTo: everywhere,
    apply: (seam): Seam => ({
      ...seam,
      handshake: (refusal, channel) => {
        const judged = seam.handshake(refusal, channel);
        const isOurs = judged?.when === 'unknown-path' || judged?.when === 'invalid-query';
        return isOurs ? { when: judged.when, by: 'status', status: 418 } : judged;
      },
    }),
  },
  {
    id: 'handshake/first-frames-lost',
    sentence: 'What a client sends as soon as it is accepted is lost.',
    intended: [by('handshake/first-frames-processed', 'missing', 'lost')],
    appliesTo: everywhere,
    apply: (seam) =>
      changeEvents(seam, ({ events }) => {
        const from = seam.clock.now() + LATE_MS;
        return { message: (text) => seam.clock.now() >= from && events.message(text) };
      }),
  },
  {
    id: 'handshake/refuses-one-channel',
    sentence: 'Nobody is let in on one of the channels.',
    intended: [by('handshake/accepts-valid-connection', 'refused')],
    appliesTo: everywhere,
    apply: (seam) => {
      const closed = seam.channels.at(-1)?.table.name;
      return {
        ...seam,
        handshake: (refusal, channel) => {
          const judged = seam.handshake(refusal, channel);
          return judged === null && channel === closed ? { when: 'forbidden', by: 'status', status: 403 } : judged;
        },
      };
    },
  },
];
