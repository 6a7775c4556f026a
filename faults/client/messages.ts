// Faults of single messages: what a client writes, and what it makes of what it hears.
import type { Message } from '../../runtime/client/index.ts';
import { by } from '../fault.ts';
import type { ClientFault } from './client-fault.ts';
import { delivering, never, reporting, typeOf, withFace, withRows } from './decorate-face.ts';
import { onSocket, outgoing, parsed } from './decorate-socket.ts';

const everywhere = () => true;
/** Cases in which a client sends something. */
const sends = ['queue/sent-in-order-once', 'heartbeat/client-pings', 'heartbeat/client-answers'];
const plain: ClientFault['appliesTo'] = ({ resync }) => resync === undefined;

export const outgoingFaults: readonly ClientFault[] = [
  {
    id: 'outgoing/breaks-the-schema',
    sentence: 'What the client sends breaks its schema.',
    intended: [by('validation/client-sends-valid', 'invalid')],
    stimulus: sends,
    appliesTo: ({ queue }) => queue.onlyReady !== true,
    given: (given, { type, id, timestamp }) =>
      outgoing(given, (message) => {
        const own = [type, id, timestamp].map((place) => place?.[0]);
        return Object.fromEntries(
          Object.entries(message).map(([name, value]) => [name, own.includes(name) ? value : 17]),
        );
      }),
  },
  {
    id: 'outgoing/type-of-its-own',
    sentence: 'The client sends messages that the contract does not have.',
    intended: [by('validation/client-sends-valid', 'unknown')],
    stimulus: sends,
    appliesTo: ({ type, queue, ping, pong }) =>
      type?.length === 1 && (queue.onlyReady !== true || ping !== undefined || pong !== undefined),
    given: (given, { type }) => outgoing(given, (message) => ({ ...message, [type?.[0] ?? '']: 'no-such-type' })),
  },
  {
    id: 'outgoing/binary',
    sentence: 'The client sends its messages as binary ones.',
    intended: [by('validation/client-sends-valid', 'unknown')],
    stimulus: sends,
    appliesTo: ({ queue, ping, pong }) => queue.onlyReady !== true || ping !== undefined || pong !== undefined,
    given: (given) =>
      onSocket(given, (wire) => ({ send: (text) => wire.send(new TextEncoder().encode(text) as never) })),
  },
  {
    id: 'outgoing/no-timestamp',
    sentence: 'The client leaves out the timestamp of the envelope.',
    intended: [by('validation/client-sends-envelope', 'missing')],
    stimulus: sends,
    appliesTo: ({ timestamp }) => timestamp?.length === 1,
    given: (given, { timestamp }) =>
      outgoing(given, (message) => {
        const { [timestamp?.[0] ?? '']: _, ...rest } = message;
        return rest;
      }),
  },
  {
    id: 'outgoing/one-id-for-all',
    sentence: 'All messages carry the same id.',
    intended: [by('validation/client-ids-unique', 'reused')],
    stimulus: sends,
    appliesTo: ({ id }) => id?.length === 1,
    given: (given, { id }) => outgoing(given, (message) => ({ ...message, [id?.[0] ?? '']: 'the-same' })),
  },
];

export const inboundFaults: readonly ClientFault[] = [
  {
    id: 'inbound/handled-twice',
    sentence: 'Every message is handled twice.',
    intended: [by('delivery/application-gets-every-message', 'duplicate')],
    appliesTo: (table) => plain(table) && table.unique === undefined,
    given: (given) =>
      onSocket(given, (wire) => ({
        hear(event, payload) {
          wire.tell(event, payload);
          if (event === 'message') wire.tell(event, payload);
        },
      })),
  },
  {
    id: 'inbound/repeats-given',
    sentence: 'The application is given a message again that came under the same id.',
    intended: [by('delivery/known-given-once', 'duplicate')],
    appliesTo: ({ unique }) => unique !== undefined,
    given: (given) => withRows(given, { unique: undefined }),
  },
  {
    id: 'inbound/type-missed',
    sentence: 'The application is not given messages of the type that came first.',
    intended: [by('delivery/application-gets-every-message', 'lost')],
    appliesTo: plain,
    face(face, table) {
      let first: unknown;
      return delivering(face, (message) => {
        first ??= typeOf(message, table);
        return typeOf(message, table) === first ? [] : [message];
      });
    },
  },
  {
    id: 'inbound/changed',
    sentence: 'The application is given messages without their last member.',
    intended: [by('delivery/application-gets-every-message', 'lost')],
    appliesTo: plain,
    face: (face) =>
      delivering(face, (message) => [Object.fromEntries(Object.entries(message).slice(0, -1)) as Message]),
  },
  {
    id: 'inbound/ends-at-nonsense',
    sentence: 'A frame that is no JSON ends the connection.',
    intended: [by('validation/client-survives', 'ended')],
    appliesTo: everywhere,
    given: (given) =>
      onSocket(given, (wire) => ({
        hear(event, payload) {
          if (event === 'message' && typeof payload.data === 'string' && parsed(payload.data) === null) wire.close();
          wire.tell(event, payload);
        },
      })),
  },
  {
    id: 'inbound/stuck-after-binary',
    sentence: 'After a binary message the client hears nothing any more.',
    intended: [by('validation/client-survives', 'stuck')],
    appliesTo: everywhere,
    given: (given) =>
      onSocket(given, (wire) => {
        let isStuck = false;
        return {
          hear(event, payload) {
            if (event === 'message' && typeof payload.data !== 'string') isStuck = true;
            if (event !== 'message' || !isStuck) wire.tell(event, payload);
          },
        };
      }),
  },
  {
    id: 'inbound/nonsense-in-silence',
    sentence: 'The application is not told of frames that are no messages.',
    intended: [by('validation/client-survives', 'not-reported')],
    appliesTo: everywhere,
    face: (face) => reporting(face, (report) => (report.kind === 'dropped' || report.kind === 'gap' ? report : null)),
  },
  {
    id: 'inbound/unknown-delivered',
    sentence: 'The application is given messages that the contract does not have.',
    intended: [by('validation/client-survives', 'delivered')],
    appliesTo: everywhere,
    face(face) {
      const handlers = new Set<(message: Message) => void>();
      face.onReport((report) => {
        const message = report.kind === 'unknown' ? parsed(report.data) : null;
        if (message !== null) for (const handler of handlers) handler(message);
      });
      return withFace(face, {
        onAny(handler) {
          handlers.add(handler);
          return face.onAny(handler);
        },
      });
    },
  },
];

export const limitFaults: readonly ClientFault[] = [
  {
    id: 'limits/sends-oversize',
    sentence: 'The client sends messages that are larger than the server takes.',
    intended: [by('limits/client-refuses-oversize', 'sent')],
    appliesTo: everywhere,
    given: (given) => withRows(given, { maxBytes: never }),
  },
];
