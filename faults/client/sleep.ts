// Faults of waking up: what a client makes of a timer that comes much later than it was set for.
import { by } from '../fault.ts';
import type { ClientFault, Given } from './client-fault.ts';

/** Later than any busy machine makes a timer, and earlier than what somebody's sleep does, ms. */
const sleptMs = 5000;

/** `late` is called in place of a timer that slept, with what the timer calls, by how much it is late, and how to set it again. */
function whenLate(given: Given, late: (call: () => void, lateMs: number, again: () => void) => void): Given {
  const { clock } = given;
  return {
    ...given,
    clock: {
      ...clock,
      setTimeout(call, ms) {
        const timer: { id?: unknown } = {};
        const set = (): void => {
          const due = clock.now() + ms;
          timer.id = clock.setTimeout(() => {
            const lateMs = clock.now() - due;
            if (lateMs < sleptMs) call();
            else late(call, lateMs, set);
          }, ms);
        };
        set();
        return timer;
      },
      clearTimeout: (timer) => clock.clearTimeout((timer as { readonly id?: unknown } | undefined)?.id),
    },
  };
}

const pings: ClientFault['appliesTo'] = ({ ping }) => ping !== undefined;

export const sleepFaults: readonly ClientFault[] = [
  {
    id: 'environment/sleep-unnoticed',
    sentence: 'A client that slept takes its own sleep for the silence of the other side.',
    intended: [by('heartbeat/wake-keeps-connection', 'given-up')],
    appliesTo: pings,
    given(given) {
      let skippedMs = 0;
      const skipping = whenLate(given, (call, lateMs) => {
        skippedMs += lateMs;
        call();
      });
      return { ...skipping, clock: { ...skipping.clock, now: () => given.clock.now() - skippedMs } };
    },
  },
  {
    id: 'environment/wakes-slowly',
    sentence: 'A client that slept begins its intervals anew, and asks for no sign of life meanwhile.',
    intended: [by('heartbeat/wake-finds-dead', 'too-late', 'never')],
    appliesTo: pings,
    given: (given) => whenLate(given, (_call, _lateMs, again) => again()),
  },
];
