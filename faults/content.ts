// Faults of content: the right connections get the wrong thing.
import { randomUUID } from 'node:crypto';
import type { ChannelContract, ChannelTable, Encoded, Seam } from '../runtime/server/index.ts';
import { encodeText } from '../runtime/server/index.ts';
import { readAt, removeAt, writeAt } from '../runtime/server/pointer.ts';
import { type Cause, withCause } from './current-cause.ts';
import { changeFanout } from './decorate-fanout.ts';
import { changeOutgoing } from './decorate-transport.ts';
import { by, type Fault } from './fault.ts';
import { isDelivered, pongTypes, replyTypes } from './kinds.ts';
import { rewritten } from './message-text.ts';
import { placesIn } from './places.ts';

export const shared = isDelivered('room', 'others', 'other-users', 'user', 'everyone');

type Change = (value: unknown, contract: ChannelContract, type: string, cause: Cause | undefined) => unknown;

/** Published messages, each changed before it is handed out. */
export const publishing =
  (change: Change) =>
  (seam: Seam): Seam => {
    const { seam: noted, cause } = withCause(seam);
    return changeFanout(noted, ({ contract, publication, message, recipients }) => [
      { message: rewritten(message, (value) => change(value, contract, publication.type, cause())), to: recipients },
    ]);
  };

const breaks = ({ table, validators }: ChannelContract, type: string, value: unknown): boolean =>
  readAt(value, table.envelope.discriminator ?? '') === type && validators.server[type]?.(value).issues !== undefined;

/** The first of the changes, one place at a time, that the message's own schema objects to. */
const breaking =
  (alter: (value: unknown, place: string) => unknown): Change =>
  (value, contract, type) => {
    for (const place of placesIn(value)) {
      const altered = alter(value, place);
      if (breaks(contract, type, altered)) return altered;
    }
    return value;
  };

/** Direct messages of a kind, each changed. */
const answering =
  (kind: (table: ChannelTable) => ReadonlySet<string>, change: (value: unknown, table: ChannelTable) => unknown) =>
  (seam: Seam): Seam =>
    changeOutgoing(seam, ({ table, type, isDirect, message }) => [
      isDirect && kind(table).has(type) ? rewritten(message, (value) => change(value, table)) : message,
    ]);

const echoes = (table: ChannelTable) =>
  table.heartbeats.filter((beat) => beat.initiator === 'client').flatMap((beat) => beat.echo);

const correlations = (table: ChannelTable): readonly string[] => [
  ...new Set(Object.values(table.client).flatMap((row) => row.reply?.correlation?.reply ?? [])),
];

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/** Every RFC 3339 time inside, changed. */
const withTimes = (value: unknown, change: (time: string) => unknown): unknown => {
  let changed = value;
  for (const place of placesIn(value)) {
    const time = readAt(changed, place);
    if (typeof time === 'string' && instant.test(time)) changed = writeAt(changed, place, change(time));
  }
  return changed;
};

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** With other ids in place of those that the server made: UUIDs that are neither the room's nor the client's. */
const withOwnIds = (value: unknown, cause: Cause | undefined, make: () => string): unknown => {
  let changed = value;
  for (const place of placesIn(value)) {
    const id = readAt(value, place);
    const isOwn = typeof id === 'string' && uuid.test(id) && !JSON.stringify([cause?.facts, cause?.value]).includes(id);
    if (isOwn) changed = writeAt(changed, place, make());
  }
  return changed;
};

/** What the client sent under the name of something that the server says, at the root or in the payload. */
const claimed = (cause: Cause, place: string): unknown => {
  const { payload } = cause.table.envelope;
  const keys = place.split('/').slice(1);
  for (let cut = 0; cut < keys.length; cut += 1) {
    const tail = `/${keys.slice(cut).join('/')}`;
    for (const at of [tail, ...(payload === null ? [] : [payload + tail])]) {
      const value = readAt(cause.value, at);
      if (value !== undefined && typeof value !== 'object') return value;
    }
  }
  return undefined;
};

export const contentFaults: readonly Fault[] = [
  {
    id: 'content/drops-property',
    sentence: 'Published messages lack a property that they must have.',
    intended: [by('validation/sent-valid')],
    appliesTo: shared,
    apply: publishing(breaking(removeAt)),
  },
  {
    id: 'content/wrong-type',
    sentence: 'A value of published messages has another type.',
    intended: [by('validation/sent-valid')],
    appliesTo: shared,
    apply: publishing(breaking((value, place) => writeAt(value, place, [readAt(value, place)]))),
  },
  {
    id: 'content/stale-content',
    sentence: 'A message is published with the content of the one before it.',
    intended: [by('delivery/receivers', 'wrong-content', 'wrong-order', 'missing')],
    appliesTo: shared,
    apply: (seam) => {
      const last = new Map<string, Encoded>();
      return changeFanout(seam, ({ publication, message, recipients }) => {
        const key = JSON.stringify([publication.channel, publication.room, publication.type]);
        const before = last.get(key);
        last.set(key, message);
        return [{ message: before ?? message, to: recipients }];
      });
    },
  },
  {
    id: 'content/trusts-client-fields',
    sentence: 'What a client says of its sender, time or id takes the place of what the server knows.',
    intended: [by('validation/server-fields-not-taken', 'taken')],
    appliesTo: shared,
    apply: publishing((value, { table }, _type, cause) => {
      if (!cause) return value;
      let changed = value;
      for (const place of placesIn(value)) {
        const lie = place === table.envelope.discriminator ? undefined : claimed(cause, place);
        if (lie !== undefined && typeof readAt(changed, place) !== 'object') changed = writeAt(changed, place, lie);
      }
      return changed;
    }),
  },
  {
    id: 'content/relays-unknown-properties',
    sentence: 'Everything that a client sent is passed on, whatever the contract knows of it.',
    intended: [by('validation/unknown-properties-not-relayed', 'relayed')],
    appliesTo: shared,
    apply: publishing((value, _contract, _type, cause) =>
      cause && typeof cause.value === 'object' && cause.value !== null && typeof value === 'object'
        ? { ...cause.value, ...value }
        : value,
    ),
  },
  {
    id: 'content/times-without-zone',
    sentence: 'Times are local ones, without a zone.',
    intended: [by('validation/sent-valid')],
    appliesTo: shared,
    apply: publishing((value) => withTimes(value, (time) => time.replace(/Z$/, ''))),
  },
  {
    id: 'content/times-without-milliseconds',
    sentence: 'Times have no milliseconds.',
    intended: [by('validation/sent-valid-decided')],
    appliesTo: shared,
    apply: publishing((value) => withTimes(value, (time) => time.replace(/\.\d+Z$/, 'Z'))),
  },
  {
    id: 'content/stale-times',
    sentence: 'Times are those of the day before yesterday.',
    intended: [by('delivery/receivers', 'wrong-content')],
    appliesTo: shared,
    apply: publishing((value) => withTimes(value, (time) => new Date(Date.parse(time) - 172_800_000).toISOString())),
  },
  {
    id: 'content/wrong-sender',
    sentence: 'Messages name somebody else as their sender.',
    intended: [by('auth/identity-from-token', 'wrong-user')],
    appliesTo: shared,
    apply: publishing((value, _contract, _type, cause) => {
      let changed = value;
      for (const place of placesIn(value)) {
        const own = readAt(changed, place);
        if (cause && (typeof own === 'string' || typeof own === 'number') && String(own) === cause.facts.user.id) {
          changed = writeAt(changed, place, typeof own === 'number' ? own + 1 : `${own}1`);
        }
      }
      return changed;
    }),
  },
  {
    id: 'content/unknown-message',
    sentence: 'Each published message is followed by one of an unknown type.',
    intended: [by('validation/sent-known')],
    appliesTo: (table) => shared(table) && table.envelope.discriminator !== null,
    apply: (seam) =>
      changeFanout(seam, ({ table, message, recipients }) => [
        { message, to: recipients },
        {
          message: rewritten(message, (value) => writeAt(value, table.envelope.discriminator!, 'no-such-message')),
          to: recipients,
        },
      ]),
  },
  {
    id: 'content/empty-text',
    sentence: 'Each published message is followed by an empty text message.',
    intended: [by('validation/sent-known')],
    appliesTo: shared,
    apply: (seam) =>
      changeFanout(seam, ({ message, recipients }) => [
        { message, to: recipients },
        // Fan-out of an empty text is told apart by nobody: it is no JSON.
        { message: encodeText(''), to: recipients },
      ]),
  },
  {
    id: 'content/id-for-each-receiver',
    sentence: 'A message that goes to several has another id for each of them.',
    intended: [by('delivery/same-id-for-all', 'differs')],
    appliesTo: shared,
    apply: (seam) => {
      const { seam: noted, cause } = withCause(seam);
      return changeFanout(noted, ({ message, recipients }) =>
        recipients.map((recipient) => ({
          message: rewritten(message, (value) => withOwnIds(value, cause(), randomUUID)),
          to: [recipient],
        })),
      );
    },
  },
  {
    id: 'content/one-id-for-all-messages',
    sentence: 'All messages have the same id.',
    intended: [by('delivery/ids-differ', 'same')],
    appliesTo: shared,
    apply: publishing((value, _contract, _type, cause) =>
      withOwnIds(value, cause, () => '00000000-0000-4000-8000-000000000000'),
    ),
  },
  {
    id: 'content/wrong-correlation-id',
    sentence: 'Replies carry another id than that of their request.',
    intended: [by('request/reply-correlated')],
    appliesTo: (table) => correlations(table).length > 0 && replyTypes(table).size > 0,
    apply: answering(replyTypes, (value, table) => {
      let changed = value;
      for (const place of correlations(table)) {
        if (readAt(value, place) !== undefined) changed = writeAt(changed, place, 'another');
      }
      return changed;
    }),
  },
  {
    id: 'content/no-correlation-id',
    sentence: 'Replies carry no id.',
    intended: [by('request/reply-correlated')],
    appliesTo: (table) => correlations(table).length > 0 && replyTypes(table).size > 0,
    apply: answering(replyTypes, (value, table) => correlations(table).reduce<unknown>(removeAt, value)),
  },
  {
    id: 'content/echo-as-text',
    sentence: 'What a ping carries comes back as a text, whatever it was.',
    intended: [by('heartbeat/ping-answered', 'changed')],
    appliesTo: (table) => echoes(table).length > 0,
    apply: answering(pongTypes, (value, table) =>
      echoes(table).reduce<unknown>((changed, { to }) => {
        const echoed = readAt(changed, to);
        return echoed === undefined ? changed : writeAt(changed, to, String(echoed));
      }, value),
    ),
  },
  {
    id: 'content/echo-own-time',
    sentence: 'The answer to a ping carries the server’s time in place of what was sent.',
    intended: [by('heartbeat/ping-answered', 'changed')],
    appliesTo: (table) => echoes(table).length > 0,
    apply: (seam) =>
      answering(pongTypes, (value, table) =>
        echoes(table).reduce<unknown>((changed, { to }) => writeAt(changed, to, seam.clock.now()), value),
      )(seam),
  },
];
