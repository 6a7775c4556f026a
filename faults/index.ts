// The faults that the suite must catch, by operator.
import type { ChannelTable } from '../runtime/server/index.ts';
import { audienceFaults } from './audience.ts';
import { directAudienceFaults } from './direct-audience.ts';
import type { Fault } from './fault.ts';
import { multiplicityFaults } from './multiplicity.ts';
import { orderFaults } from './order.ts';

export { type Fault, type Intended, type Operator, operators } from './fault.ts';

/** Every fault, in the order of the operators. */
export const faults: readonly Fault[] = [
  ...audienceFaults,
  ...directAudienceFaults,
  ...multiplicityFaults,
  ...orderFaults,
];

/** The fault of an id; undefined where there is none. */
export const findFault = (id: string): Fault | undefined => faults.find((fault) => fault.id === id);

/** The faults that break something of a contract: the others leave its server a correct one. */
export const faultsFor = (tables: readonly ChannelTable[]): readonly Fault[] =>
  faults.filter((fault) => tables.some((table) => fault.appliesTo(table)));
