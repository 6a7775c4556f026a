// Faults of limits: sizes, rates and backlogs that are not enforced, or enforced otherwise.
import { Buffer } from 'node:buffer';
import type { ChannelTable, LimitsTable, Seam, Transport } from '../runtime/server/index.ts';
import { encodeMessage } from '../runtime/server/index.ts';
import { writeAt } from '../runtime/server/pointer.ts';
import { changeTables } from './decorate-channels.ts';
import { changeRecipients } from './decorate-fanout.ts';
import { changeEvents, changeOutgoing, changeTransport, survivingViolation } from './decorate-transport.ts';
import { by, type Fault } from './fault.ts';

const limiting =
  (change: (limits: LimitsTable) => Partial<LimitsTable>) =>
  (seam: Seam): Seam =>
    changeTables(seam, ({ limits }) => ({ limits: { ...limits, ...change(limits) } }));

const has =
  (limit: keyof LimitsTable): Fault['appliesTo'] =>
  (table) =>
    table.limits[limit] != null;

type Rate = NonNullable<LimitsTable['rate']>;

const rating = (change: (rate: Rate) => Partial<Rate>) =>
  limiting(({ rate }) => ({ rate: rate && { ...rate, ...change(rate) } }));

const rateError = (table: ChannelTable): string | undefined =>
  table.error?.codes.find(({ when }) => when === 'rate-limited')?.code;

const OTHER_CODE = 1011;

// Whoever reads never has so much waiting.
const SLOW_BYTES = 100_000;

export const limitsFaults: readonly Fault[] = [
  {
    id: 'limits/size-unlimited',
    sentence: 'Messages may be of any size.',
    intended: [
      by('limits/size-over-not-processed', 'processed'),
      by('limits/size-counts-fragments', 'processed'),
      by('limits/size-over-ends', 'never'),
    ],
    appliesTo: has('message'),
    apply: limiting(() => ({ message: null })),
  },
  {
    id: 'limits/size-counts-characters',
    sentence: 'The size of a message is counted in characters.',
    intended: [by('limits/size-counts-bytes', 'processed')],
    appliesTo: has('message'),
    apply: (seam) => {
      const bytes = new Map(seam.channels.map(({ table }) => [table.name, table.limits.message?.bytes ?? 0]));
      const wide = limiting(({ message }) => ({ message: message && { ...message, bytes: message.bytes * 4 } }))(seam);
      return changeEvents(wide, ({ table, events }) => ({
        message: (text) => {
          if (text.length > (bytes.get(table.name) ?? 0)) events.violation('size', 1009);
          else events.message(text);
        },
      }));
    },
  },
  {
    id: 'limits/size-processed-then-closed',
    sentence: 'A message over the size limit is processed before the connection ends.',
    intended: [by('limits/size-over-not-processed', 'processed')],
    appliesTo: has('message'),
    apply: (seam) => {
      const bytes = new Map(seam.channels.map(({ table }) => [table.name, table.limits.message?.bytes ?? 0]));
      const wide = limiting(({ message }) => ({ message: message && { ...message, bytes: message.bytes * 4 } }))(seam);
      return changeEvents(wide, ({ table, events }) => ({
        message: (text) => {
          events.message(text);
          if (Buffer.byteLength(text) > (bytes.get(table.name) ?? 0)) events.violation('size', 1009);
        },
      }));
    },
  },
  {
    id: 'limits/size-too-strict',
    sentence: 'A message of exactly the allowed size is too big.',
    intended: [by('limits/size-at-limit-accepted', 'not-taken')],
    appliesTo: has('message'),
    apply: limiting(({ message }) => ({ message: message && { ...message, bytes: message.bytes - 1 } })),
  },
  {
    id: 'limits/size-wrong-code',
    sentence: 'A message over the size limit ends the connection with another code.',
    intended: [by('limits/size-over-code', 'wrong-code')],
    appliesTo: has('message'),
    apply: limiting(({ message }) => ({ message: message && { ...message, code: OTHER_CODE } })),
  },
  {
    id: 'limits/size-stays-open',
    sentence: 'A message over the size limit is dropped, and the connection stays open.',
    intended: [by('limits/size-over-ends', 'never')],
    appliesTo: has('message'),
    apply: (seam) => survivingViolation(seam, 'size'),
  },
  {
    id: 'limits/binary-stays-open',
    sentence: 'A binary message is dropped, and the connection stays open.',
    intended: [by('limits/binary-ends', 'never')],
    appliesTo: has('binary'),
    apply: limiting(() => ({ binary: null })),
  },
  {
    id: 'limits/binary-processed',
    sentence: 'A binary message is taken for a text.',
    intended: [by('limits/binary-not-processed', 'processed')],
    appliesTo: has('binary'),
    apply: (seam) => changeEvents(seam, ({ events }) => ({ binary: (data) => events.message(data.toString()) })),
  },
  {
    id: 'limits/binary-wrong-code',
    sentence: 'A binary message ends the connection with another code.',
    intended: [by('limits/binary-code', 'wrong-code')],
    appliesTo: has('binary'),
    apply: limiting(({ binary }) => ({ binary: binary && { code: OTHER_CODE } })),
  },
  {
    id: 'limits/encoding-stays-open',
    sentence: 'A text that is not UTF-8 is dropped, and the connection stays open.',
    intended: [by('limits/encoding-ends', 'never')],
    appliesTo: has('encoding'),
    apply: (seam) => survivingViolation(seam, 'encoding'),
  },
  {
    id: 'limits/encoding-processed',
    sentence: 'What is not UTF-8 in a text is replaced, and the text is taken.',
    intended: [by('limits/encoding-not-processed', 'processed')],
    appliesTo: has('encoding'),
    apply: (seam) => ({ ...seam, framing: { ...seam.framing, skipUTF8Validation: true } }),
  },
  {
    id: 'limits/encoding-wrong-code',
    sentence: 'A text that is not UTF-8 ends the connection with another code.',
    intended: [by('limits/encoding-code', 'wrong-code')],
    appliesTo: has('encoding'),
    apply: limiting(({ encoding }) => ({ encoding: encoding && { code: OTHER_CODE } })),
  },
  {
    id: 'limits/rate-unlimited',
    sentence: 'Any number of messages is taken.',
    intended: [by('limits/rate-exceeded-dropped', 'processed')],
    appliesTo: has('rate'),
    apply: limiting(() => ({ rate: null })),
  },
  {
    id: 'limits/rate-too-strict',
    sentence: 'Half as many messages are taken at once as the contract allows.',
    intended: [by('limits/rate-within-accepted', 'refused')],
    appliesTo: has('rate'),
    apply: rating(({ burst }) => ({ burst: Math.floor(burst / 2) })),
  },
  {
    id: 'limits/rate-silent',
    sentence: 'Messages beyond the rate limit are dropped in silence.',
    intended: [by('limits/rate-exceeded-answered', 'missing')],
    appliesTo: (table) => has('rate')(table) && rateError(table) !== undefined,
    apply: (seam) =>
      changeOutgoing(seam, ({ table, type, isDirect, message }) => {
        const code = rateError(table);
        const isIt = isDirect && type === table.error?.type && code !== undefined;
        return isIt && message.text.includes(`"${code}"`) ? [] : [message];
      }),
  },
  {
    id: 'limits/rate-wrong-error',
    sentence: 'Messages beyond the rate limit get the code of another error.',
    intended: [by('limits/rate-exceeded-answered', 'wrong-error')],
    appliesTo: (table) => has('rate')(table) && rateError(table) !== undefined && table.error?.code != null,
    apply: (seam) =>
      changeTables(seam, ({ error }) => ({
        error: error && {
          ...error,
          codes: error.codes.map((row) => {
            const other = error.codes.find(({ when }) => when !== 'rate-limited')?.code ?? row.code;
            return row.when === 'rate-limited' ? { ...row, code: other } : row;
          }),
        },
      })),
  },
  {
    id: 'limits/rate-processed-and-answered',
    sentence: 'Messages beyond the rate limit are answered by the error, and processed all the same.',
    intended: [by('limits/rate-exceeded-dropped', 'processed')],
    appliesTo: (table) => has('rate')(table) && table.error !== null,
    apply: (seam) => {
      const rates = new Map(seam.channels.map(({ table }) => [table.name, table.limits.rate]));
      const free = limiting(() => ({ rate: null }))(seam);
      return changeEvents(free, ({ inner, table, events }) => {
        let count = 0;
        return {
          message: (text) => {
            events.message(text);
            count += 1;
            const code = rateError(table);
            const { error, server } = table;
            if (error?.code == null || code === undefined || count <= (rates.get(table.name)?.burst ?? 0)) return;
            inner.send(encodeMessage(writeAt(server[error.type]?.template ?? {}, error.code, code)));
          },
        };
      });
    },
  },
  {
    id: 'limits/rate-never-closes',
    sentence: 'However often the rate limit is exceeded, the connection stays open.',
    intended: [by('limits/rate-strikes-close', 'never')],
    appliesTo: has('rate'),
    apply: rating(() => ({ strikes: Number.MAX_SAFE_INTEGER })),
  },
  {
    id: 'limits/rate-closes-at-once',
    sentence: 'The first message beyond the rate limit ends the connection.',
    intended: [by('limits/rate-strikes-close', 'too-early')],
    appliesTo: has('rate'),
    apply: rating(() => ({ strikes: 1 })),
  },
  {
    id: 'limits/rate-wrong-code',
    sentence: 'Who exceeds the rate limit too often is closed with another code.',
    intended: [by('limits/rate-strikes-close', 'wrong-code')],
    appliesTo: has('rate'),
    apply: rating(() => ({ code: OTHER_CODE })),
  },
  {
    id: 'limits/rate-never-recovers',
    sentence: 'Who was over the rate limit once gets nothing more.',
    intended: [by('limits/rate-recovers', 'refused')],
    appliesTo: has('rate'),
    apply: rating(() => ({ perSecond: 0 })),
  },
  {
    id: 'limits/rate-of-user',
    sentence: 'The connections of a user share one rate limit.',
    intended: [by('limits/rate-per-connection', 'refused')],
    appliesTo: has('rate'),
    apply: (seam) => {
      const counts = new Map<string, { count: number; from: number }>();
      return changeEvents(seam, ({ inner, table, events }) => ({
        message: (text) => {
          const { rate } = table.limits;
          const key = JSON.stringify([table.name, inner.facts.user.id]);
          const now = seam.clock.now();
          const known = counts.get(key);
          const one = known && now - known.from < 2000 ? known : { count: 0, from: now };
          counts.set(key, { ...one, count: one.count + 1 });
          if (rate && one.count >= rate.burst) events.message(text.slice(0, 0));
          else events.message(text);
        },
      }));
    },
  },
  {
    id: 'limits/rate-ignores-invalid',
    sentence: 'Invalid messages do not count towards the rate limit.',
    intended: [by('limits/rate-counts-invalid', 'not-counted')],
    appliesTo: (table) => has('rate')(table) && table.error !== null,
    apply: (seam) =>
      changeEvents(seam, ({ contract, table, inner, events }) => ({
        message: (text) => {
          const isKnown = Object.entries(contract.validators.client).some(([, check]) => {
            try {
              return check(JSON.parse(text)).issues === undefined;
            } catch {
              return false;
            }
          });
          if (isKnown) events.message(text);
          else inner.send(encodeMessage(table.server[table.error?.type ?? '']?.template ?? {}));
        },
      })),
  },
  {
    id: 'limits/backlog-unlimited',
    sentence: 'A client that does not read is never cut off.',
    intended: [by('limits/backlog-ends', 'never')],
    appliesTo: has('backlog'),
    apply: limiting(() => ({ backlog: null })),
  },
  {
    id: 'limits/backlog-slows-others',
    sentence: 'While one member does not read, the others get nothing.',
    intended: [by('limits/backlog-others-not-slowed', 'slowed')],
    appliesTo: has('backlog'),
    apply: (seam) => {
      const open = new Map<string, Transport>();
      const noted = changeTransport(seam, ({ inner }) => {
        open.set(inner.facts.id, inner);
        return {};
      });
      const tracked = changeEvents(noted, ({ inner, events }) => ({
        closed: (code) => {
          open.delete(inner.facts.id);
          events.closed(code);
        },
      }));
      return changeRecipients(tracked, ({ recipients }) => {
        const slow = recipients.filter(({ facts }) => (open.get(facts.id)?.bufferedBytes ?? 0) > SLOW_BYTES);
        return slow.length > 0 ? slow : recipients;
      });
    },
  },
  {
    id: 'limits/backlog-wrong-code',
    sentence: 'A client that does not read is closed with another code.',
    intended: [by('limits/backlog-code', 'wrong-code')],
    appliesTo: has('backlog'),
    apply: limiting(({ backlog }) => ({ backlog: backlog && { ...backlog, code: OTHER_CODE } })),
  },
];
