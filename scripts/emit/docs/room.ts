// Shows the rooms of a channel, and how a client catches up with what it missed.
import type { Channel, PresenceMessage, RoomMessage } from '../../model.ts';
import type { MessageLink } from './connection.ts';
import { type Content, code, facts, html, list } from './html.ts';
import { duration, levelMark, note } from './words.ts';

export function roomSection(channel: Channel, link: MessageLink): Content {
  const { room } = channel;
  if (room === null) return undefined;
  if (room.scope === 'channel') {
    return [
      html`<p>There are no rooms: everyone connected to the channel is in one.</p>`,
      facts([
        ['Presence', presence(channel, link)],
        ['Note', note(room)],
      ]),
    ];
  }
  const message = (row: RoomMessage | null): Content =>
    row !== null && [
      link(row.message),
      row.room !== null && [', which names the room at ', code(row.room)],
      row.onlyAddress && '; only the room of the address',
      ' ',
      note(row),
    ];
  const joins = [room.joinOnOpen && 'by opening a connection', message(room.join)].filter((item) => item !== false);
  return facts([
    ['Room', room.parameter !== null && ['named by the parameter ', code(room.parameter)]],
    ['Joined', list(joins)],
    ['Left', message(room.leave)],
    [
      'Named in a message',
      room.selector !== null && ['at ', code(room.selector), '; where absent, the room of the address'],
    ],
    ['Presence', presence(channel, link)],
    ['Life', room.life === 'kept' ? 'kept when the last one leaves' : 'as long as someone is in it'],
    ['Note', note(room)],
  ]);
}

function presence({ room }: Channel, link: MessageLink): Content {
  if (room === null || room.presence === null) return undefined;
  const { joined, left, per } = room.presence;
  const told = ({ message, match }: PresenceMessage): Content => [
    link(message),
    match.map(({ pointer, value }) => [' with ', code(`${pointer} = ${JSON.stringify(value)}`)]),
  ];
  const when =
    per === 'user'
      ? [
          'told when the first connection of a user joins (',
          told(joined),
          ') and when the last one leaves (',
          told(left),
          ')',
        ]
      : ['told for each connection that joins (', told(joined), ') and leaves (', told(left), ')'];
  return [when, ' ', note(room.presence)];
}

export function resyncSection(channel: Channel, link: MessageLink): Content {
  const { resync } = channel;
  if (resync === null) return undefined;
  const { request, history, snapshot, client } = resync;
  const cursors = [request.lastSequence, request.lastTimestamp].filter((pointer) => pointer !== null);
  return facts([
    ['Sequenced', [list(resync.messages.map(link)), ', one count a ', resync.scope]],
    ['Number', code(resync.sequence)],
    ['Time', resync.timestamp !== null && code(resync.timestamp)],
    ['Meaning', note(resync)],
    ['Asked for by', [link(request.message), ' from ', list(cursors.map(code)), ' ', note(request)]],
    ['Joins too', request.joins ? ['yes ', levelMark(request.joinsLevel)] : 'no'],
    ['Kept', [`${history.messages} messages `, note(history)]],
    [
      'Snapshot',
      snapshot !== null && [link(snapshot.message), ', its number at ', code(snapshot.sequence), ' ', note(snapshot)],
    ],
    [
      'After a reconnect',
      [list(client.afterReconnect.map(link)), client.end !== null && [', until ', link(client.end)]],
    ],
    [
      'A gap while connected',
      `is waited for ${duration(client.gapTimeoutMs)}; at most ${client.holdback} messages are held back`,
    ],
    ['The client', note(client)],
  ]);
}
