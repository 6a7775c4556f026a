// Faults of order: messages overtake one another.
import type { Encoded, Recipient, Seam } from '../runtime/server/index.ts';
import { withCause } from './current-cause.ts';
import { changeFanout } from './decorate-fanout.ts';
import { changeTransport } from './decorate-transport.ts';
import { by, type Fault } from './fault.ts';
import { isDelivered, presenceTypes, replyTypes } from './kinds.ts';
import { parsedOwn } from './message-text.ts';

// A held message leaves after so long even if none follows; messages sent in a row come closer together.
const HOLD_MS = 30;

interface Swapping {
  /** @default all */
  readonly applies?: (recipient: Recipient, index: number) => boolean;
  /** Messages of one sender overtake one another, whatever their types, and not those of others. @default false */
  readonly bySender?: boolean;
}

/** Hands every second message of a room out before the one that came before it, to those whom `applies` names. */
const swapping =
  ({ applies = () => true, bySender = false }: Swapping) =>
  (plain: Seam): Seam => {
    const { seam, cause } = withCause(plain);
    const held = new Map<string, { message: Encoded; flush(): void }>();
    return changeFanout(seam, ({ table, publication, message, recipients }) => {
      const what = bySender ? cause()?.facts.id : publication.type;
      const key = JSON.stringify([publication.channel, publication.room, what]);
      const swapped = recipients.filter(applies);
      const others = recipients.filter((recipient) => !swapped.includes(recipient));
      const now = [{ message, to: others }];
      if (presenceTypes(table).has(publication.type)) return [...now, { message, to: swapped }];
      const waiting = held.get(key);
      if (waiting) {
        for (const recipient of swapped) recipient.deliver(message);
        waiting.flush();
        return now;
      }
      let isDone = false;
      const flush = (): void => {
        if (isDone) return;
        isDone = true;
        held.delete(key);
        for (const recipient of swapped) recipient.deliver(message);
      };
      held.set(key, { message, flush });
      seam.clock.setTimeout(flush, HOLD_MS);
      return now;
    });
  };

const inRooms = isDelivered('room', 'others', 'other-users');

export const orderFaults: readonly Fault[] = [
  {
    id: 'order/swapped',
    sentence: 'Of two messages sent in a row the later one arrives first.',
    intended: [by('delivery/receivers', 'wrong-order')],
    appliesTo: inRooms,
    apply: swapping({}),
  },
  {
    id: 'order/differs-by-member',
    sentence: 'The members of a room see its messages in different orders.',
    intended: [by('delivery/same-order', 'wrong-order')],
    appliesTo: isDelivered('room'),
    apply: swapping({ applies: (_, index) => index % 2 === 1 }),
  },
  {
    id: 'order/sender-swapped',
    sentence: 'Of two messages that one connection sends in a row the later one arrives first.',
    intended: [by('delivery/sender-order', 'wrong-order')],
    appliesTo: inRooms,
    apply: swapping({ bySender: true }),
  },
  {
    id: 'order/replies-swapped',
    sentence: 'Of two requests under way the later one is answered first.',
    intended: [by('request/answered-in-order', 'wrong-order')],
    appliesTo: (table) => Object.values(table.client).some((row) => row.reply?.correlation != null),
    apply: (seam) =>
      changeTransport(seam, ({ inner, table }) => {
        let held: (() => void) | null = null;
        return {
          send: (message) => {
            if (!replyTypes(table).has(parsedOwn(table, message).type)) return inner.send(message);
            const before = held;
            if (before) {
              inner.send(message);
              return before();
            }
            held = () => {
              held = null;
              inner.send(message);
            };
            const own = held;
            seam.clock.setTimeout(() => held === own && own(), HOLD_MS);
          },
        };
      }),
  },
];
