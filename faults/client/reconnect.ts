// Faults of coming back: the waits, the count of attempts, and how many connections there are.
import { by } from '../fault.ts';
import type { ClientFault } from './client-fault.ts';
import { never, reconnecting, withFace, withRows } from './decorate-face.ts';
import { onSocket } from './decorate-socket.ts';

const everywhere = () => true;
const hasSlow: ClientFault['appliesTo'] = ({ codes }) => Object.values(codes).includes('slow');
const grows: ClientFault['appliesTo'] = ({ reconnect }) => reconnect.multiplier > 1;

export const backoffFaults: readonly ClientFault[] = [
  {
    id: 'backoff/too-short',
    sentence: 'The client waits a fifth of the time.',
    intended: [by('reconnect/backoff-delay', 'too-early')],
    appliesTo: everywhere,
    given: (given, table) =>
      reconnecting(given, table, {
        initialMs: table.reconnect.initialMs / 5,
        ...(table.reconnect.maxMs !== undefined && { maxMs: table.reconnect.maxMs / 5 }),
      }),
  },
  {
    id: 'backoff/too-long',
    sentence: 'The client waits three times as long.',
    intended: [by('reconnect/backoff-delay', 'too-late', 'no-attempt')],
    appliesTo: everywhere,
    given: (given, table) =>
      reconnecting(given, table, {
        initialMs: table.reconnect.initialMs * 3,
        ...(table.reconnect.maxMs !== undefined && { maxMs: table.reconnect.maxMs * 3 }),
      }),
  },
  {
    id: 'backoff/does-not-grow',
    sentence: 'Every wait is as long as the first one.',
    intended: [by('reconnect/backoff-delay', 'too-early')],
    appliesTo: grows,
    given: (given, table) => reconnecting(given, table, { multiplier: 1 }),
  },
  {
    id: 'backoff/no-cap',
    sentence: 'The waits grow beyond the longest that the contract allows.',
    intended: [by('reconnect/backoff-delay', 'too-late', 'no-attempt')],
    appliesTo: ({ reconnect: row }) =>
      row.maxMs !== undefined && row.initialMs * row.multiplier ** ((row.attempts ?? 12) - 1) > row.maxMs * 3,
    given: (given, table) => reconnecting(given, table, { maxMs: never }),
  },
  {
    id: 'backoff/no-jitter',
    sentence: 'Every client waits the longest time, to the millisecond.',
    intended: [by('reconnect/backoff-jitter', 'no-jitter')],
    appliesTo: ({ reconnect }) => reconnect.jitter > 0.2,
    given: (given, table) => reconnecting(given, table, { jitter: 0 }),
  },
  {
    id: 'backoff/drawn-from-zero',
    sentence: 'Waits are drawn from nothing at all upwards.',
    intended: [by('reconnect/backoff-jitter', 'too-early')],
    appliesTo: ({ reconnect }) => reconnect.jitter <= 0.5,
    given: (given, table) => reconnecting(given, table, { jitter: 1 }),
  },
  {
    id: 'backoff/random-stuck',
    sentence: 'The generator of random numbers gives the same one for ever.',
    intended: [by('reconnect/backoff-jitter', 'no-jitter'), by('reconnect/spread-after-slow', 'no-spread')],
    appliesTo: (table) => hasSlow(table) && table.reconnect.jitter > 0.2,
    given: (given) => ({ ...given, random: () => 0.5 }),
  },
  {
    id: 'backoff/no-spread',
    sentence: 'After a close that asks to come back slowly, the client does not spread out.',
    intended: [by('reconnect/spread-after-slow', 'no-spread')],
    appliesTo: hasSlow,
    given: (given, table) => reconnecting(given, table, { spreadMs: table.reconnect.spreadMs / 5 }),
  },
  {
    id: 'backoff/clock-too-fast',
    sentence: "The client's clock runs six times as fast.",
    intended: [by('reconnect/backoff-delay', 'too-early')],
    appliesTo: everywhere,
    given: (given) => {
      const { clock } = given;
      const from = clock.now();
      return {
        ...given,
        clock: {
          now: () => from + (clock.now() - from) * 6,
          setTimeout: (call, ms) => clock.setTimeout(call, ms / 6),
          clearTimeout: (timer) => clock.clearTimeout(timer),
        },
      };
    },
  },
];

export const attemptFaults: readonly ClientFault[] = [
  {
    id: 'attempts/one-too-many',
    sentence: 'The client makes one attempt more than the contract allows.',
    intended: [by('reconnect/attempts-used-up', 'too-many')],
    appliesTo: ({ reconnect }) => reconnect.attempts !== undefined,
    given: (given, table) => reconnecting(given, table, { attempts: (table.reconnect.attempts ?? 0) + 1 }),
  },
  {
    id: 'attempts/without-end',
    sentence: 'The client never gives up.',
    intended: [by('reconnect/attempts-used-up', 'too-many')],
    appliesTo: ({ reconnect }) => reconnect.attempts !== undefined,
    given: (given, table) => reconnecting(given, table, { attempts: never }),
  },
  {
    id: 'attempts/too-few',
    sentence: 'The client gives up after half of the attempts.',
    intended: [by('reconnect/attempts-used-up', 'no-attempt')],
    appliesTo: everywhere,
    given: (given, table) => reconnecting(given, table, { attempts: Math.ceil((table.reconnect.attempts ?? 10) / 2) }),
  },
  {
    id: 'attempts/reset-on-open',
    sentence: 'An open connection resets the count, so that a server that accepts and closes is hammered.',
    intended: [by('reconnect/no-reset-on-open', 'count-reset')],
    appliesTo: grows,
    given: (given, table) =>
      reconnecting(withRows(given, { ready: { afterMs: 0 } }), table, { stableMs: 0, spreadMs: 0 }),
  },
  {
    id: 'attempts/reset-when-ready',
    sentence: 'A connection that is ready resets the count at once.',
    intended: [by('reconnect/no-reset-before-stable', 'count-reset')],
    appliesTo: grows,
    given: (given, table) => reconnecting(given, table, { stableMs: 0 }),
  },
  {
    id: 'attempts/never-reset',
    sentence: 'However long a connection was there, the count goes on.',
    intended: [by('reconnect/reset-after-stable', 'too-late', 'never')],
    appliesTo: grows,
    given: (given, table) => reconnecting(given, table, { stableMs: never }),
  },
  {
    id: 'attempts/none-after-refusal',
    sentence: 'A refused handshake is the end.',
    intended: [by('reconnect/http-refusal', 'no-attempt', 'no-connection')],
    appliesTo: everywhere,
    given: (given, { codes }) => {
      const stop = Number(Object.entries(codes).find(([code, action]) => code !== 'other' && action === 'stop')?.[0]);
      return onSocket(given, (wire) => {
        let isOpen = false;
        return {
          hear(event, payload) {
            if (event === 'open') isOpen = true;
            wire.tell(event, event === 'close' && !isOpen ? { code: stop } : payload);
          },
        };
      });
    },
  },
];

export const connectionFaults: readonly ClientFault[] = [
  {
    id: 'connections/two-at-once',
    sentence: 'The client opens two sockets for each connection.',
    intended: [by('reconnect/one-connection', 'two-connections')],
    stimulus: ['auth/ready-when'],
    appliesTo: everywhere,
    given(given) {
      const { WebSocket } = given;
      return onSocket(given, ({ url }) => {
        new WebSocket(url).onerror = () => {};
        return {};
      });
    },
  },
  {
    id: 'connections/another-for-each-connect',
    sentence: 'Every call of connect() opens a connection.',
    intended: [by('reconnect/connect-is-idempotent', 'two-connections')],
    appliesTo: everywhere,
    given(given) {
      const { WebSocket, environment } = given;
      let address: string | null = null;
      const watched = onSocket(given, ({ url }) => {
        address = url;
        return {};
      });
      return {
        ...watched,
        environment: {
          ...environment,
          // Asked whenever the application connects.
          isOnline() {
            if (address !== null) new WebSocket(address).onerror = () => {};
            return environment.isOnline();
          },
        },
      };
    },
  },
  {
    id: 'connections/old-handlers-alive',
    sentence: 'What comes on a connection that was given up is handled as if it came on the new one.',
    intended: [by('reconnect/old-connection-is-silent', 'old-handler')],
    appliesTo: ({ ping }) => ping !== undefined,
    given(given) {
      let newest = (_payload: object): void => {};
      return onSocket(given, (wire) => {
        newest = (payload) => wire.tell('message', payload);
        return {
          // It goes on listening.
          close() {},
          hear(event, payload) {
            if (event === 'message') newest(payload);
            else wire.tell(event, payload);
          },
        };
      });
    },
  },
  {
    id: 'connections/handshake-without-end',
    sentence: 'The client waits for the answer to its handshake as long as it takes.',
    intended: [by('reconnect/handshake-timeout', 'never')],
    appliesTo: everywhere,
    given: (given, table) => reconnecting(given, table, { handshakeTimeoutMs: never }),
  },
  {
    id: 'connections/connect-waits-on',
    sentence: 'When the application connects during a wait, the client waits on.',
    intended: [by('reconnect/connect-during-wait', 'too-late', 'never')],
    appliesTo: everywhere,
    face: (face) =>
      withFace(face, {
        connect() {
          if (face.state.name !== 'reconnecting') face.connect();
        },
      }),
  },
  {
    id: 'connections/stopped-for-ever',
    sentence: 'A client that a close code has closed does not connect any more, whoever asks.',
    intended: [by('reconnect/connect-after-stop', 'no-connection')],
    appliesTo: everywhere,
    face: (face) =>
      withFace(face, {
        connect() {
          if (face.state.name !== 'closed') face.connect();
        },
      }),
  },
  {
    id: 'connections/closed-without-code',
    sentence: 'The client closes without a code.',
    intended: [by('reconnect/close-is-final', 'wrong-code')],
    appliesTo: everywhere,
    given: (given) => onSocket(given, (wire) => ({ close: () => wire.close() })),
  },
  {
    id: 'connections/comes-back-after-close',
    sentence: 'The client connects again after the application closed it.',
    intended: [by('reconnect/close-is-final', 'reconnects')],
    appliesTo: everywhere,
    face(face) {
      let isClosed = false;
      face.subscribe(() => {
        if (isClosed && face.state.name === 'closed') face.connect();
      });
      return withFace(face, {
        connect() {
          isClosed = false;
          face.connect();
        },
        close() {
          isClosed = true;
          face.close();
        },
      });
    },
  },
  {
    id: 'connections/close-forgotten-during-wait',
    sentence: 'A client that is closed during a wait comes back when the wait is over.',
    intended: [by('reconnect/close-during-wait', 'reconnects')],
    appliesTo: everywhere,
    face: (face) =>
      withFace(face, {
        close() {
          if (face.state.name !== 'reconnecting') face.close();
        },
      }),
  },
];
