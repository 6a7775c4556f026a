// The faults of clients that the suite must catch, by operator.
import type { ClientTable } from '../../runtime/client/index.ts';
import { addressFaults, tokenFaults } from './address.ts';
import type { ClientFault } from './client-fault.ts';
import { closeCodeFaults } from './close-codes.ts';
import { environmentFaults } from './environment.ts';
import { heartbeatFaults } from './heartbeat.ts';
import { inboundFaults, limitFaults, outgoingFaults } from './messages.ts';
import { idempotencyFaults, queueFaults } from './queue.ts';
import { readyFaults } from './ready.ts';
import { attemptFaults, backoffFaults, connectionFaults } from './reconnect.ts';
import { requestFaults } from './request.ts';
import { resyncFaults, sequenceFaults } from './sequence.ts';

export {
  type ClientFault,
  type ClientOperator,
  clientOperators,
  type Face,
  type Given,
  operatorOf,
  withFault,
} from './client-fault.ts';

/** Every fault, in the order of the operators. */
export const clientFaults: readonly ClientFault[] = [
  ...addressFaults,
  ...tokenFaults,
  ...readyFaults,
  ...backoffFaults,
  ...attemptFaults,
  ...connectionFaults,
  ...environmentFaults,
  ...closeCodeFaults,
  ...heartbeatFaults,
  ...queueFaults,
  ...idempotencyFaults,
  ...requestFaults,
  ...sequenceFaults,
  ...resyncFaults,
  ...outgoingFaults,
  ...inboundFaults,
  ...limitFaults,
];

/** The fault of an id; undefined where there is none. */
export const findClientFault = (id: string): ClientFault | undefined => clientFaults.find((fault) => fault.id === id);

/** The faults that break something of a contract: the others leave its client a correct one. */
export const clientFaultsFor = (tables: readonly ClientTable[]): readonly ClientFault[] =>
  clientFaults.filter((fault) => tables.some((table) => fault.appliesTo(table)));
