// Faults of what is passed on: a text, or the name of a room, is not what it was when it was said.
import { readAt, writeAt } from '../runtime/server/pointer.ts';
import { publishing, shared } from './content.ts';
import type { Cause } from './current-cause.ts';
import { by, type Fault } from './fault.ts';
import { placesIn } from './places.ts';

const isRoom = ({ facts }: Cause, text: unknown): boolean =>
  text === facts.addressRoom || facts.rooms.has(String(text));

/** Texts of the client's that are passed on, each changed. */
const passingOn = (change: (text: string) => string): Fault['apply'] =>
  publishing((value, { table }, _type, cause) => {
    if (!cause) return value;
    const said = new Set(JSON.stringify(cause.value).match(/"(?:[^"\\]|\\.)*"/g));
    let changed = value;
    for (const place of placesIn(value)) {
      const text = place === table.envelope.discriminator ? undefined : readAt(changed, place);
      if (typeof text !== 'string' || isRoom(cause, text) || !said.has(JSON.stringify(text))) continue;
      changed = writeAt(changed, place, change(text));
    }
    return changed;
  });

const unchanged = by('delivery/text-unchanged', 'changed');

export const relayedFaults: readonly Fault[] = [
  {
    id: 'content/relays-lower-cased',
    sentence: 'Texts are passed on in lower case.',
    intended: [by('validation/accepts-examples', 'changed')],
    appliesTo: shared,
    apply: passingOn((text) => text.toLowerCase()),
  },
  {
    id: 'content/relays-trimmed',
    sentence: 'Texts are passed on without the spaces around them.',
    intended: [unchanged],
    appliesTo: shared,
    apply: passingOn((text) => text.trim()),
  },
  {
    id: 'content/relays-normalised',
    sentence: 'Texts are passed on in another normal form.',
    intended: [unchanged],
    appliesTo: shared,
    apply: passingOn((text) => text.normalize('NFC')),
  },
  {
    id: 'content/names-room-of-address',
    sentence: 'Whatever room a message was said in, it names that of the address.',
    intended: [by('delivery/names-its-room', 'wrong-room')],
    appliesTo: (table) => shared(table) && table.room?.join != null && table.room.selector !== null,
    apply: publishing((value, _contract, _type, cause) => {
      const own = cause?.facts.addressRoom ?? null;
      if (cause === undefined || own === null) return value;
      let changed = value;
      for (const place of placesIn(value)) {
        const named = readAt(changed, place);
        if ((typeof named !== 'string' && typeof named !== 'number') || !cause.facts.rooms.has(String(named))) continue;
        changed = writeAt(changed, place, typeof named === 'number' ? Number(own) : own);
      }
      return changed;
    }),
  },
];
