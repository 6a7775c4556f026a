// The faults that the suite must catch, by operator.
import type { ChannelTable } from '../runtime/server/index.ts';
import { audienceFaults } from './audience.ts';
import { authFaults } from './auth.ts';
import { authAnswerFaults } from './auth-answers.ts';
import { contentFaults } from './content.ts';
import { correlationFaults } from './correlation.ts';
import { directAudienceFaults } from './direct-audience.ts';
import { endingFaults } from './endings.ts';
import type { Fault } from './fault.ts';
import { handshakeFaults } from './handshake.ts';
import { heartbeatFaults } from './heartbeat.ts';
import { idempotencyFaults } from './idempotency.ts';
import { limitsFaults } from './limits.ts';
import { multiplicityFaults } from './multiplicity.ts';
import { orderFaults } from './order.ts';
import { permissionFaults } from './permission.ts';
import { presenceFaults } from './presence.ts';
import { rejoiningFaults } from './rejoining.ts';
import { relayedFaults } from './relayed.ts';
import { resyncFaults } from './resync.ts';
import { sequenceFaults } from './sequence.ts';
import { validationFaults } from './validation.ts';

export { type Fault, type Intended, type Operator, operators } from './fault.ts';

/** Every fault, in the order of the operators. */
export const faults: readonly Fault[] = [
  ...handshakeFaults,
  ...authFaults,
  ...authAnswerFaults,
  ...validationFaults,
  ...audienceFaults,
  ...directAudienceFaults,
  ...multiplicityFaults,
  ...rejoiningFaults,
  ...orderFaults,
  ...contentFaults,
  ...relayedFaults,
  ...correlationFaults,
  ...permissionFaults,
  ...presenceFaults,
  ...heartbeatFaults,
  ...sequenceFaults,
  ...resyncFaults,
  ...idempotencyFaults,
  ...limitsFaults,
  ...endingFaults,
];

/** The fault of an id; undefined where there is none. */
export const findFault = (id: string): Fault | undefined => faults.find((fault) => fault.id === id);

/** The faults that break something of a contract: the others leave its server a correct one. */
export const faultsFor = (tables: readonly ChannelTable[]): readonly Fault[] =>
  faults.filter((fault) => tables.some((table) => fault.appliesTo(table)));
