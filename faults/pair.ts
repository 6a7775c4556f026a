// The faults that a pair shows: of a server or of a client, each with the rule that must see it while the line between them
// breaks. They are those of `faults/` and `faults/client/`, by their ids.
import { by, type Intended } from './fault.ts';

export interface PairFault {
  readonly side: 'server' | 'client';
  /** Id of the fault. */
  readonly fault: string;
  readonly intended: Intended;
}

const client = (fault: string, ...[rule, ...reasons]: [string, ...string[]]): PairFault => ({
  side: 'client',
  fault,
  intended: by(rule, ...reasons),
});

const server = (fault: string, ...[rule, ...reasons]: [string, ...string[]]): PairFault => ({
  side: 'server',
  fault,
  intended: by(rule, ...reasons),
});

export const pairFaults: readonly PairFault[] = [
  client('sequence/delivered-as-it-comes', 'sequence/in-order-through-faults', 'duplicate', 'order'),
  client('sequence/one-in-seven-lost', 'resync/complete-after-faults', 'lost'),
  server('resync/restamped', 'sequence/same-for-all-through-faults', 'content'),
  client('resync/missed-is-lost', 'resync/replayed-after-faults', 'gap'),
  server('resync/unanswered', 'resync/replayed-after-faults', 'gap'),
  client('inbound/handled-twice', 'delivery/given-once-through-faults', 'duplicate', 'order', 'lost'),
  server('order/differs-by-member', 'delivery/same-for-all-through-faults', 'order', 'lost'),
  server('multiplicity/lost-in-a-row', 'delivery/reaches-room-through-faults', 'lost'),
  client('request/waits-over-a-loss', 'request/settled-once-through-faults', 'never'),
  client('idempotency/another-id', 'queue/effect-once-through-faults', 'duplicate'),
  server('idempotency/second-message', 'queue/effect-once-through-faults', 'duplicate'),
  server('idempotency/second-message', 'queue/idempotent-exactly-once-through-faults', 'duplicate'),
  client('queue/failed-written-later', 'queue/failed-not-written-through-faults', 'written'),
  client('attempts/none-after-refusal', 'reconnect/ready-after-faults', 'not-ready'),
];
