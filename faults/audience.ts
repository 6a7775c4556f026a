// Faults of audience: a published message reaches others than its delivery rule names.
import type { ConnectionFacts, Recipient, Seam } from '../runtime/server/index.ts';
import { changeRecipients, type Fanned, joined } from './decorate-fanout.ts';
import { changeTransport } from './decorate-transport.ts';
import { by, type Fault } from './fault.ts';
import { hasRooms, isDelivered, presenceTypes } from './kinds.ts';

const leaked = by('delivery/receivers', 'leaked');
const missing = by('delivery/receivers', 'missing');

// What goes to several users goes to one after the other, within so long.
const TOGETHER_MS = 20;

/** Presence has faults of its own. */
const isDomain = ({ table, publication }: Fanned): boolean => !presenceTypes(table).has(publication.type);

const also =
  (extra: (one: Fanned) => readonly Recipient[]) =>
  (seam: Seam): Seam =>
    changeRecipients(seam, (one) => (isDomain(one) ? joined(one.recipients, extra(one)) : one.recipients));

const only =
  (keep: (one: Fanned) => readonly Recipient[]) =>
  (seam: Seam): Seam =>
    changeRecipients(seam, (one) => (isDomain(one) ? keep(one) : one.recipients));

const inRoomLike = (fits: (room: string, published: string) => boolean) =>
  also(({ publication: { room }, all }) =>
    room === null ? [] : all.filter(({ facts }) => [...facts.rooms].some((own) => fits(own, room))),
  );

/** One connection of each user. */
const firstOfEach = (recipients: readonly Recipient[]): readonly Recipient[] => [
  ...new Map([...recipients].reverse().map((one) => [one.facts.user.id, one])).values(),
];

/** Remembers every room that a connection was ever in. */
class RememberingRooms extends Set<string> {
  readonly ever = new Set<string>();

  override add(room: string): this {
    this.ever.add(room);
    return super.add(room);
  }
}

const everIn = (facts: ConnectionFacts, room: string): boolean =>
  facts.rooms instanceof RememberingRooms && facts.rooms.ever.has(room);

const roomWords = isDelivered('room', 'others', 'other-users');
const canLeave: Fault['appliesTo'] = (table) => table.room?.leave != null && roomWords(table);

export const audienceFaults: readonly Fault[] = [
  {
    id: 'audience/room-to-everyone',
    sentence: 'A message of a room goes to every connection of the channel.',
    intended: [leaked],
    appliesTo: (table) => hasRooms(table) && roomWords(table),
    apply: also(({ publication, all }) => (publication.room === null ? [] : all)),
  },
  {
    id: 'audience/echo-to-sender',
    sentence: 'A message for the others comes back to the connection that caused it.',
    intended: [leaked],
    appliesTo: isDelivered('others', 'other-users'),
    apply: also(({ publication: { except, cause }, all }) =>
      except === null ? [] : all.filter(({ facts }) => facts.id === cause?.connection),
    ),
  },
  {
    id: 'audience/own-tab-told',
    sentence: "A message for other users reaches the sender's other connections.",
    intended: [leaked],
    appliesTo: isDelivered('other-users'),
    apply: also(({ publication: { except, cause, room }, all }) =>
      except !== 'user'
        ? []
        : all.filter(
            ({ facts }) =>
              facts.user.id === cause?.user && facts.id !== cause.connection && room !== null && facts.rooms.has(room),
          ),
    ),
  },
  {
    id: 'audience/own-tab-left-out',
    sentence: "A message for the others does not reach the sender's other connections.",
    intended: [missing],
    appliesTo: isDelivered('others'),
    apply: only(({ publication: { except, cause }, recipients }) =>
      except === null ? recipients : recipients.filter(({ facts }) => facts.user.id !== cause?.user),
    ),
  },
  {
    id: 'audience/omit-one',
    sentence: 'One of the members of a room is left out.',
    intended: [missing],
    appliesTo: roomWords,
    apply: only(({ publication, recipients }) =>
      publication.room === null || recipients.length < 2 ? recipients : recipients.slice(0, -1),
    ),
  },
  {
    id: 'audience/second-tab-left-out',
    sentence: 'Of the connections of a user only one gets the messages of a room.',
    intended: [missing],
    appliesTo: isDelivered('room', 'others'),
    apply: only(({ publication, recipients }) => (publication.room === null ? recipients : firstOfEach(recipients))),
  },
  {
    id: 'audience/room-name-ignores-case',
    sentence: 'Rooms whose names differ only by case get one another’s messages.',
    intended: [by('delivery/rooms-isolated', 'leaked')],
    appliesTo: (table) => hasRooms(table) && roomWords(table),
    apply: inRoomLike((own, room) => own.toLowerCase() === room.toLowerCase()),
  },
  {
    id: 'audience/room-name-by-prefix',
    sentence: 'A room gets the messages of every room whose name is the beginning of its own.',
    intended: [by('delivery/rooms-isolated', 'leaked')],
    appliesTo: (table) => hasRooms(table) && roomWords(table),
    apply: inRoomLike((own, room) => own.startsWith(room)),
  },
  {
    id: 'audience/left-member-still-gets',
    sentence: 'A connection that has left a room still gets its messages.',
    intended: [leaked],
    appliesTo: canLeave,
    apply: (seam) =>
      also(({ publication: { room, except, cause }, all }) =>
        room === null
          ? []
          : all.filter(
              ({ facts }) =>
                everIn(facts, room) && !facts.rooms.has(room) && (except === null || facts.user.id !== cause?.user),
            ),
      )(changeTransport(seam, ({ inner }) => ({ facts: { ...inner.facts, rooms: new RememberingRooms() } }))),
  },
  {
    id: 'audience/unjoined-gets-room',
    sentence: 'A connection gets the messages of the room of its address before it has joined.',
    intended: [by('delivery/unjoined-gets-nothing', 'leaked')],
    appliesTo: (table) => hasRooms(table) && !table.room!.joinOnOpen && roomWords(table),
    apply: also(({ publication, all }) => all.filter(({ facts }) => facts.addressRoom === publication.room)),
  },
  {
    id: 'audience/user-to-everyone',
    sentence: 'A message for one user goes to everyone.',
    intended: [leaked],
    appliesTo: isDelivered('user'),
    apply: also(({ table, publication, all }) => (table.server[publication.type]?.delivery === 'user' ? all : [])),
  },
  {
    id: 'audience/everyone-but-one',
    sentence: 'A message for everyone leaves one connection out.',
    intended: [by('delivery/published', 'missing', 'lost')],
    appliesTo: isDelivered('everyone'),
    apply: only(({ table, publication, recipients }) =>
      table.server[publication.type]?.delivery === 'everyone' && recipients.length > 1
        ? recipients.slice(0, -1)
        : recipients,
    ),
  },
  {
    id: 'audience/first-of-several-users',
    sentence: 'Of several users that a message is for only the first gets it.',
    intended: [by('delivery/published-to-several-users', 'missing', 'lost')],
    appliesTo: isDelivered('user'),
    apply: (seam) => {
      const last = new Map<string, { readonly text: string; readonly at: number; readonly user: string }>();
      return only(({ table, publication, recipients }) => {
        const user = recipients[0]?.facts.user.id;
        if (table.server[publication.type]?.delivery !== 'user' || user === undefined) return recipients;
        const { channel, type, text } = publication;
        const key = JSON.stringify([channel, type]);
        const before = last.get(key);
        const at = seam.clock.now();
        if (before?.text === text && before.user !== user && at - before.at < TOGETHER_MS) return [];
        last.set(key, { text, at, user });
        return recipients;
      })(seam);
    },
  },
  {
    id: 'audience/user-second-tab-left-out',
    sentence: 'A message for a user reaches only one of the user’s connections.',
    intended: [by('delivery/published', 'missing', 'lost')],
    appliesTo: isDelivered('user'),
    apply: only(({ table, publication, recipients }) =>
      table.server[publication.type]?.delivery === 'user' ? firstOfEach(recipients) : recipients,
    ),
  },
];
