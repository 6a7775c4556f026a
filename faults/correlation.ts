// Faults of content: ids that replies, errors and effects carry from the message that caused them.
import type { ChannelTable, Seam } from '../runtime/server/index.ts';
import { readAt, removeAt, writeAt } from '../runtime/server/pointer.ts';
import { withCause } from './current-cause.ts';
import { changeFanout } from './decorate-fanout.ts';
import { changeEvents, changeOutgoing } from './decorate-transport.ts';
import { by, type Fault } from './fault.ts';
import { replyTypes } from './kinds.ts';
import { parsed, rewritten } from './message-text.ts';
import { placesIn } from './places.ts';

const correlations = (table: ChannelTable): readonly string[] => [
  ...new Set(Object.values(table.client).flatMap((row) => row.reply?.correlation?.reply ?? [])),
];

const hasErrorId: Fault['appliesTo'] = (table) =>
  table.error?.id != null && table.envelope.id !== null && correlations(table).length > 0;

/** Errors carry the id of the message that came before their cause. */
const previousIds = (seam: Seam): Seam => {
  const ids = new Map<string, unknown[]>();
  const noted = changeEvents(seam, ({ inner, table, events }) => ({
    message: (text) => {
      const id = readAt(parsed(table, text).value, table.envelope.id ?? '');
      ids.set(inner.facts.id, [...(ids.get(inner.facts.id) ?? []), id]);
      events.message(text);
    },
    closed: (code) => {
      ids.delete(inner.facts.id);
      events.closed(code);
    },
  }));
  return changeOutgoing(noted, ({ inner, table, type, isDirect, message }) => {
    const place = table.error?.id;
    if (!isDirect || place == null || type !== table.error?.type) return [message];
    const all = ids.get(inner.facts.id) ?? [];
    return [
      rewritten(message, (value) => {
        const own = readAt(value, place);
        const before = own === undefined ? undefined : all[all.indexOf(own) - 1];
        return own === undefined ? value : writeAt(value, place, typeof before === 'string' ? before : 'another');
      }),
    ];
  });
};

export const correlationFaults: readonly Fault[] = [
  {
    id: 'content/made-up-correlation-id',
    sentence: 'A reply to a request without an id carries one all the same.',
    intended: [by('request/no-id-no-id', 'wrong-id')],
    appliesTo: (table) => correlations(table).length > 0 && replyTypes(table).size > 0,
    apply: (seam) =>
      changeOutgoing(seam, ({ table, type, isDirect, message }) => [
        isDirect && replyTypes(table).has(type)
          ? rewritten(message, (value) =>
              correlations(table).reduce<unknown>(
                (changed, place) =>
                  readAt(changed, place) === undefined ? writeAt(changed, place, 'made-up') : changed,
                value,
              ),
            )
          : message,
      ]),
  },
  {
    id: 'content/error-with-previous-id',
    sentence: 'An error carries the id of the message that came before its cause.',
    intended: [by('request/error-correlated', 'wrong-id'), by('validation/error-id', 'wrong-id')],
    appliesTo: hasErrorId,
    apply: previousIds,
  },
  {
    id: 'content/client-id-not-echoed',
    sentence: 'What a message caused does not carry the id under which it was sent.',
    intended: [by('request/idempotent-client-echo', 'wrong-id')],
    appliesTo: (table) => Object.values(table.client).some((row) => row.idempotent !== null),
    apply: (seam) => {
      const { seam: noted, cause } = withCause(seam);
      return changeFanout(noted, ({ table, message, recipients }) => {
        const now = cause();
        const property = now && table.client[now.type]?.idempotent?.property;
        const id = property === undefined ? undefined : readAt(now?.value, property);
        const without = (value: unknown): unknown => {
          for (const place of placesIn(value)) if (readAt(value, place) === id) return removeAt(value, place);
          return value;
        };
        return [{ message: id === undefined ? message : rewritten(message, without), to: recipients }];
      });
    },
  },
];
