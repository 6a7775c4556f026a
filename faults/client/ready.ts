// Faults of when a client takes itself for ready.
import { by } from '../fault.ts';
import type { ClientFault } from './client-fault.ts';
import { withRows } from './decorate-face.ts';

export const readyFaults: readonly ClientFault[] = [
  {
    id: 'ready/when-open',
    sentence: 'The client takes itself for ready as soon as the socket is open.',
    intended: [by('auth/ready-when', 'too-early')],
    appliesTo: () => true,
    given: (given) => withRows(given, { ready: { afterMs: 0 } }),
  },
  {
    id: 'ready/queue-flushed-when-open',
    sentence: 'What waits is sent as soon as the socket is open.',
    intended: [by('queue/not-before-ready', 'too-many')],
    appliesTo: ({ queue }) => queue.onlyReady !== true,
    given: (given) => withRows(given, { ready: { afterMs: 0 } }),
  },
  {
    id: 'ready/never',
    sentence: 'The client never becomes ready.',
    intended: [by('auth/ready-when', 'not-ready', 'never')],
    appliesTo: () => true,
    given: (given) => withRows(given, { ready: {} }),
  },
];
