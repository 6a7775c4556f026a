// Which states each event may lead to, for readers and for the tests that hold the reducer to it. An event that is not
// listed for a state leaves the connection as it is. `tick` is listed by the timer that is due.
import type { Events, StateName, Timer } from './state.ts';

/** The steps of `connecting` and `reconnecting`, and the other states. */
export type Phase = Exclude<StateName, 'connecting' | 'reconnecting'> | 'wait' | 'token' | 'socket';

export type Cause =
  | Exclude<keyof Events, 'tick' | 'environment'>
  | `tick/${Timer}`
  | 'pagehide'
  | 'pageshow'
  | 'hidden'
  | 'visible'
  | 'online'
  | 'offline';

const toRetryOrClosed = ['wait', 'closed'] as const;

export const transitions: { readonly [P in Phase]: { readonly [C in Cause]?: readonly Phase[] } } = {
  idle: { connect: ['token'], close: ['closed'], dispose: ['closed'] },
  // The token is asked for.
  token: {
    token: ['socket', ...toRetryOrClosed],
    'tick/step': toRetryOrClosed,
    pagehide: toRetryOrClosed,
    close: ['closed'],
    dispose: ['closed'],
  },
  // The handshake is under way.
  socket: {
    opened: ['connected'],
    closed: toRetryOrClosed,
    'tick/step': toRetryOrClosed,
    pagehide: toRetryOrClosed,
    close: ['closed'],
    dispose: ['closed'],
  },
  connected: {
    closed: toRetryOrClosed,
    'tick/dead': ['connected', ...toRetryOrClosed],
    pagehide: toRetryOrClosed,
    close: ['closing'],
    dispose: ['closed'],
  },
  // Until the next attempt: the events of the page only move its time.
  wait: { connect: ['token'], 'tick/retry': ['token'], close: ['closed'], dispose: ['closed'] },
  closing: {
    connect: ['token'],
    closed: ['closed'],
    'tick/step': ['closed'],
    dispose: ['closed'],
  },
  closed: { connect: ['token'], close: ['closed'], dispose: ['closed'] },
};
