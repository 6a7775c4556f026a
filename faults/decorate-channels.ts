// Decorates what the server believes its contract to say.
import type { ChannelContract, ChannelTable, ClientMessageTable, Seam } from '../runtime/server/index.ts';

export const changeChannels = (seam: Seam, change: (contract: ChannelContract) => ChannelContract): Seam => ({
  ...seam,
  channels: seam.channels.map(change),
});

/** Every channel's table with some of its rows exchanged. */
export const changeTables = (seam: Seam, change: (table: ChannelTable) => Partial<ChannelTable>): Seam =>
  changeChannels(seam, (contract) => ({ ...contract, table: { ...contract.table, ...change(contract.table) } }));

/** Every client message's row with some of it exchanged. */
export const changeClientRows = (
  seam: Seam,
  change: (row: ClientMessageTable, type: string, table: ChannelTable) => Partial<ClientMessageTable>,
): Seam =>
  changeTables(seam, (table) => ({
    client: Object.fromEntries(
      Object.entries(table.client).map(([type, row]) => [type, { ...row, ...change(row, type, table) }]),
    ),
  }));
