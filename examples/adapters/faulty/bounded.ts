// The bundled contract leaves a bound of the queue by bytes out: with one, faults of it can be told too.
import type { ClientTable } from '../../../runtime/client/index.ts';
import type { Contract } from '../../../scripts/model.ts';

/** More than a queue that is full by number holds of short messages: the bound by number stays the nearer one for those. */
const bytes = 40_000;

/** The contract with a bound by bytes wherever it has a queue without one. */
export const boundedContract = (contract: Contract): Contract => ({
  ...contract,
  channels: contract.channels.map((channel) =>
    channel.queue === null ? channel : { ...channel, queue: { ...channel.queue, bytes: channel.queue.bytes ?? bytes } },
  ),
});

/** The same in a client's table. */
export const boundedTable = (table: ClientTable): ClientTable =>
  table.queue.onlyReady ? table : { ...table, queue: { ...table.queue, bytes: table.queue.bytes ?? bytes } };
