// Faults of order: messages overtake one another.
import type { Encoded, Recipient, Seam } from '../runtime/server/index.ts';
import { changeFanout } from './decorate-fanout.ts';
import { by, type Fault } from './fault.ts';
import { isDelivered, presenceTypes } from './kinds.ts';

// A held message leaves after so long even if none follows; messages sent in a row come closer together.
const HOLD_MS = 30;

/** Hands every second message of a room out before the one that came before it, to those whom `applies` names. */
const swapping =
  (applies: (recipient: Recipient, index: number) => boolean) =>
  (seam: Seam): Seam => {
    const held = new Map<string, { message: Encoded; flush(): void }>();
    return changeFanout(seam, ({ table, publication, message, recipients }) => {
      const key = JSON.stringify([publication.channel, publication.room, publication.type]);
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
    apply: swapping(() => true),
  },
  {
    id: 'order/differs-by-member',
    sentence: 'The members of a room see its messages in different orders.',
    intended: [by('delivery/same-order', 'wrong-order')],
    appliesTo: isDelivered('room'),
    apply: swapping((_, index) => index % 2 === 1),
  },
];
