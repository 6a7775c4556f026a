// Decorates fan-out: which connections get a published message, what of it, and how often.
import type { ChannelContract, ChannelTable, Encoded, Publication, Recipient, Seam } from '../runtime/server/index.ts';

export interface Fanned {
  readonly contract: ChannelContract;
  readonly table: ChannelTable;
  readonly publication: Publication;
  readonly message: Encoded;
  /** The right ones. */
  readonly recipients: readonly Recipient[];
  /** Every connection of the channel. */
  readonly all: readonly Recipient[];
}

export interface Handed {
  readonly message: Encoded;
  readonly to: readonly Recipient[];
}

/** Hands out what `change` says in place of each publication. */
export const changeFanout = (seam: Seam, change: (one: Fanned) => readonly Handed[]): Seam => ({
  ...seam,
  fanout: (publication, message, recipients, all) => {
    const contract = seam.channels.find(({ table }) => table.name === publication.channel)!;
    const everyone = [...all];
    const one = { contract, table: contract.table, publication, message, recipients: [...recipients], all: everyone };
    for (const handed of change(one)) seam.fanout(publication, handed.message, handed.to, everyone);
  },
});

/** Other connections in place of the right ones. */
export const changeRecipients = (seam: Seam, change: (one: Fanned) => readonly Recipient[]): Seam =>
  changeFanout(seam, (one) => [{ message: one.message, to: change(one) }]);

/** The first list, and what of the second is not in it. */
export const joined = (first: readonly Recipient[], second: readonly Recipient[]): readonly Recipient[] => [
  ...new Set([...first, ...second]),
];
