// Faults of heartbeats: those that the client starts, and its answers to those of the server.
import type { ClientTable } from '../../runtime/client/index.ts';
import { by } from '../fault.ts';
import type { ClientFault, Given } from './client-fault.ts';
import { never, typeOf, withRows } from './decorate-face.ts';
import { hearing, onSocket, outgoing, parsed } from './decorate-socket.ts';

const pings: ClientFault['appliesTo'] = ({ ping }) => ping !== undefined;
const pongs: ClientFault['appliesTo'] = ({ pong }) => pong !== undefined;

const withPing = (given: Given, { ping }: ClientTable, rows: Partial<NonNullable<ClientTable['ping']>>): Given =>
  withRows(given, ping === undefined ? {} : { ping: { ...ping, ...rows } });

export const heartbeatFaults: readonly ClientFault[] = [
  {
    id: 'heartbeat/no-pings',
    sentence: 'The client never pings.',
    intended: [by('heartbeat/client-pings', 'never')],
    appliesTo: pings,
    given: (given, table) =>
      outgoing(given, (message) => (typeOf(message, table) === table.ping?.type ? undefined : message)),
  },
  {
    id: 'heartbeat/pings-too-often',
    sentence: 'The client pings four times as often.',
    intended: [by('heartbeat/client-pings', 'too-early')],
    appliesTo: pings,
    given: (given, table) => withPing(given, table, { intervalMs: (table.ping?.intervalMs ?? 0) / 4 }),
  },
  {
    id: 'heartbeat/pings-too-rarely',
    sentence: 'The client pings a third as often.',
    intended: [by('heartbeat/client-pings', 'too-late', 'never')],
    appliesTo: pings,
    given: (given, table) => withPing(given, table, { intervalMs: (table.ping?.intervalMs ?? 0) * 3 }),
  },
  {
    id: 'heartbeat/answer-not-heard',
    sentence: 'The client does not recognise the answer to its ping.',
    intended: [by('heartbeat/client-stays-while-answered', 'given-up')],
    appliesTo: pings,
    given: (given, table) => hearing(given, (message) => typeOf(message, table) !== table.ping?.reply),
  },
  {
    id: 'heartbeat/only-the-answer-is-life',
    sentence: 'The client gives up a connection on which messages come, because a ping has no answer.',
    intended: [by('heartbeat/any-message-is-life', 'given-up')],
    appliesTo: ({ ping }) => ping !== undefined && ping.answerOnly !== true,
    given: (given, table) => withPing(given, table, { answerOnly: true }),
  },
  {
    id: 'heartbeat/half-open-for-ever',
    sentence: 'The client waits for an answer as long as it takes.',
    intended: [by('heartbeat/half-open-given-up', 'never')],
    appliesTo: pings,
    given: (given, table) => withPing(given, table, { timeoutMs: never }),
  },
  {
    id: 'heartbeat/half-open-found-late',
    sentence: 'The client gives a silent connection four times as long.',
    intended: [by('heartbeat/half-open-given-up', 'too-late', 'never')],
    appliesTo: pings,
    given: (given, table) => withPing(given, table, { timeoutMs: (table.ping?.timeoutMs ?? 0) * 4 }),
  },
  {
    id: 'heartbeat/impatient',
    sentence: 'The client gives a silent connection a tenth of the time.',
    intended: [by('heartbeat/half-open-given-up', 'too-early')],
    appliesTo: pings,
    given: (given, table) => withPing(given, table, { timeoutMs: (table.ping?.timeoutMs ?? 0) / 10 }),
  },
  {
    id: 'heartbeat/waits-for-the-close-event',
    sentence: 'The client comes back from a dead connection only when its close event has come.',
    intended: [by('heartbeat/half-open-given-up', 'never', 'too-late')],
    appliesTo: pings,
    given(given) {
      // The next socket is opened only when the one before has told its end.
      let isOver: Promise<void> = Promise.resolve();
      const { token } = given;
      const watched = onSocket(given, (wire) => {
        isOver = new Promise((resolve) => {
          settle.set(wire.index, resolve);
        });
        return {
          hear(event, payload) {
            if (event === 'close') settle.get(wire.index)?.();
            wire.tell(event, payload);
          },
        };
      });
      const settle = new Map<number, () => void>();
      return {
        ...watched,
        async token() {
          await isOver;
          return await token();
        },
      };
    },
  },
  {
    id: 'heartbeat/no-timeout-code',
    sentence: 'The client gives up without the code of the contract.',
    intended: [by('heartbeat/client-timeout-code', 'wrong-code')],
    appliesTo: ({ ping }) => ping?.code !== undefined,
    given: (given) => onSocket(given, (wire) => ({ close: (code) => wire.close(code === 1000 ? 1000 : undefined) })),
  },
  {
    id: 'heartbeat/dead-socket-kept-open',
    sentence: 'The client leaves a connection that it has given up open.',
    intended: [by('heartbeat/client-timeout-code', 'never')],
    appliesTo: ({ ping }) => ping?.code !== undefined,
    given: (given) => onSocket(given, () => ({ close() {} })),
  },
  {
    id: 'heartbeat/no-answer',
    sentence: "The client does not answer the server's pings.",
    intended: [by('heartbeat/client-answers', 'never')],
    appliesTo: pongs,
    given: (given, table) =>
      outgoing(given, (message) => (typeOf(message, table) === table.pong?.type ? undefined : message)),
  },
  {
    id: 'heartbeat/answers-twice',
    sentence: "The client answers each of the server's pings twice.",
    intended: [by('heartbeat/client-answers', 'duplicate')],
    appliesTo: pongs,
    given: (given, table) =>
      onSocket(given, (wire) => ({
        send(text) {
          wire.send(text);
          if (typeOf(parsed(text), table) === table.pong?.type) wire.send(text);
        },
      })),
  },
  {
    id: 'heartbeat/no-pong-frames',
    sentence: "The client does not answer the server's ping frames.",
    intended: [by('heartbeat/client-pongs', 'never')],
    appliesTo: ({ pong }) => pong === undefined,
    given: (given) => onSocket(given, () => ({}), { more: [{ autoPong: false }] }),
  },
  {
    id: 'heartbeat/server-silence-unnoticed',
    sentence: "The client does not notice that the server's pings stay away.",
    intended: [by('heartbeat/server-silence-given-up', 'never', 'too-late')],
    appliesTo: pongs,
    given: (given, { pong }) => withRows(given, pong === undefined ? {} : { pong: { ...pong, intervalMs: never } }),
  },
];
