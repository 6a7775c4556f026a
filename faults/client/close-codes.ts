// Faults of what follows a close code: each action of the contract, taken for another one.
import type { ClientTable } from '../../runtime/client/index.ts';
import { by } from '../fault.ts';
import type { ClientFault, Given } from './client-fault.ts';
import { withRows } from './decorate-face.ts';
import { coded } from './decorate-socket.ts';

type Action = ClientTable['codes'][string];

const has =
  (action: Action): ClientFault['appliesTo'] =>
  ({ codes }) =>
    Object.values(codes).includes(action);

const taking =
  (action: Action, other: Action) =>
  (given: Given, { codes }: ClientTable): Given =>
    withRows(given, {
      codes: Object.fromEntries(Object.entries(codes).map(([code, own]) => [code, own === action ? other : own])),
    });

export const closeCodeFaults: readonly ClientFault[] = [
  {
    id: 'close-codes/stop-taken-for-retry',
    sentence: 'The client comes back after a code that means stop.',
    intended: [by('close-codes/client-stops', 'reconnects')],
    appliesTo: has('stop'),
    given: taking('stop', 'retry'),
  },
  {
    id: 'close-codes/retry-taken-for-stop',
    sentence: 'The client stays away after a code that means retry.',
    intended: [by('close-codes/client-retries', 'never')],
    appliesTo: has('retry'),
    given: taking('retry', 'stop'),
  },
  {
    id: 'close-codes/retry-at-once',
    sentence: 'The client comes back without a wait after a code that means retry.',
    intended: [by('close-codes/client-retries', 'too-early')],
    appliesTo: has('retry'),
    given: (given, { reconnect }) =>
      withRows(given, { reconnect: { ...reconnect, initialMs: reconnect.initialMs / 20 } }),
  },
  {
    id: 'close-codes/slow-taken-for-refresh',
    sentence: 'The client comes back at once after a code that means slow.',
    intended: [by('close-codes/client-slows', 'too-early')],
    appliesTo: has('slow'),
    given: taking('slow', 'refresh-token'),
  },
  {
    id: 'close-codes/slow-taken-for-stop',
    sentence: 'The client stays away after a code that means slow.',
    intended: [by('close-codes/client-slows', 'never')],
    appliesTo: has('slow'),
    given: taking('slow', 'stop'),
  },
  {
    id: 'close-codes/refresh-taken-for-retry',
    sentence: 'The client waits before it tries with a fresh token.',
    intended: [by('close-codes/client-refreshes-token', 'too-late')],
    appliesTo: has('refresh-token'),
    given: taking('refresh-token', 'retry'),
  },
  {
    id: 'close-codes/refresh-taken-for-stop',
    sentence: 'The client stays away after its token was refused.',
    intended: [by('close-codes/client-refreshes-token', 'never')],
    appliesTo: has('refresh-token'),
    given: taking('refresh-token', 'stop'),
  },
  {
    id: 'close-codes/refresh-without-end',
    sentence: 'A client whose fresh token is refused too goes on asking for tokens.',
    intended: [by('close-codes/client-refreshes-token', 'reconnects')],
    appliesTo: has('refresh-token'),
    given(given, { codes }) {
      let isRefused = false;
      const retry = Number(Object.entries(codes).find(([code, action]) => code !== 'other' && action === 'retry')?.[0]);
      return coded(given, (code = 1005) => {
        const isAgain = codes[code] === 'refresh-token' && isRefused;
        isRefused = codes[code] === 'refresh-token';
        return isAgain ? retry : code;
      });
    },
  },
  {
    id: 'close-codes/unseen',
    sentence: 'The client takes every end for a loss.',
    intended: [by('close-codes/client-stops', 'reconnects')],
    appliesTo: has('stop'),
    given: (given) => coded(given, () => 1006),
  },
];
