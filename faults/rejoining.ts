// Faults of joining more than once: messages that come as often as one has joined, and welcomes that come once only.
import type { ConnectionFacts, Seam } from '../runtime/server/index.ts';
import { withCause } from './current-cause.ts';
import { changeFanout } from './decorate-fanout.ts';
import { changeEvents, changeOutgoing } from './decorate-transport.ts';
import { by, type Fault } from './fault.ts';
import { hasRooms, isDelivered, presenceTypes } from './kinds.ts';
import { parsed } from './message-text.ts';

const roomWords = isDelivered('room', 'others', 'other-users');

const joins: Fault['appliesTo'] = (table) => hasRooms(table) && table.room?.join != null && roomWords(table);

type Told = 'join' | 'leave';

/** Messages of a room come twice to connections of which `isDoubled` says so, told of each join and leave. */
const doubling =
  (isDoubled: (facts: ConnectionFacts, what: Told, doubled: boolean) => boolean) =>
  (seam: Seam): Seam => {
    const doubled = new Set<string>();
    const noted = changeEvents(seam, ({ inner, table, events }) => ({
      message: (text) => {
        const { type } = parsed(table, text);
        const what = type === table.room?.join?.type ? 'join' : type === table.room?.leave?.type ? 'leave' : null;
        if (what !== null) {
          if (isDoubled(inner.facts, what, doubled.has(inner.facts.id))) doubled.add(inner.facts.id);
          else doubled.delete(inner.facts.id);
        }
        events.message(text);
      },
      closed: (code) => {
        doubled.delete(inner.facts.id);
        events.closed(code);
      },
    }));
    return changeFanout(noted, ({ table, publication, message, recipients }) => {
      const isDomain = publication.room !== null && !presenceTypes(table).has(publication.type);
      const again = recipients.filter(({ facts }) => isDomain && doubled.has(facts.id));
      return [
        { message, to: recipients },
        { message, to: again },
      ];
    });
  };

export const rejoiningFaults: readonly Fault[] = [
  {
    id: 'multiplicity/joined-twice-gets-twice',
    sentence: 'A connection that joined again gets each message of the room twice.',
    intended: [by('delivery/joined-twice-gets-once', 'duplicate')],
    appliesTo: joins,
    apply: doubling((facts, what, doubled) => what === 'join' && (doubled || facts.rooms.size > 0)),
  },
  {
    id: 'multiplicity/back-gets-twice',
    sentence: 'A connection that left and came back gets each message of the room twice.',
    intended: [by('delivery/left-and-back-gets-once', 'duplicate')],
    appliesTo: (table) => joins(table) && table.room?.leave != null,
    apply: (seam) => {
      const left = new Set<string>();
      return doubling((facts, what) => {
        if (what === 'leave') left.add(facts.id);
        return what === 'join' && left.has(facts.id);
      })(seam);
    },
  },
  {
    id: 'multiplicity/welcomed-once',
    sentence: 'Joining again is answered by nothing.',
    intended: [by('delivery/welcome-again', 'missing')],
    appliesTo: (table) => table.room?.join != null,
    apply: (seam) => {
      const { seam: noted, cause } = withCause(seam);
      const first = new Map<string, object>();
      return changeOutgoing(noted, ({ inner, table, type, isDirect, message }) => {
        const now = cause();
        if (now?.type === table.room?.leave?.type) first.delete(inner.facts.id);
        if (!now || !isDirect || now.type !== table.room?.join?.type || type === table.error?.type) return [message];
        if (now.facts.id !== inner.facts.id) return [message];
        const known = first.get(inner.facts.id) ?? now;
        first.set(inner.facts.id, known);
        return known === now ? [message] : [];
      });
    },
  },
];
