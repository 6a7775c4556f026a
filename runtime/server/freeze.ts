// Makes a generated table immutable, all the way down.

import type { ChannelTable } from './table.ts';

const freezeDeep = (value: unknown): void => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) freezeDeep(inner);
};

/** The table itself, frozen. */
export const freezeTable = (table: ChannelTable): ChannelTable => {
  freezeDeep(table);
  return table;
};
