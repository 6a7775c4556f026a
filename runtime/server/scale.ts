// Shrinks or stretches every duration of a table; rates go the other way, sizes and counts stay.

import type { ChannelTable } from './table.ts';

/** The table with its durations multiplied by `timeScale` (1: as the contract says). */
export const scaleTable = (table: ChannelTable, timeScale: number): ChannelTable => {
  if (timeScale === 1) return table;
  const { rate, shutdown } = table.limits;
  return {
    ...table,
    heartbeats: table.heartbeats.map((beat) => ({
      ...beat,
      intervalMs: beat.intervalMs * timeScale,
      timeoutMs: beat.timeoutMs * timeScale,
    })),
    limits: {
      ...table.limits,
      rate: rate && { ...rate, perSecond: rate.perSecond / timeScale },
      shutdown: shutdown && { ...shutdown, withinMs: shutdown.withinMs * timeScale },
    },
    client: Object.fromEntries(
      Object.entries(table.client).map(([type, message]) => [
        type,
        message.idempotent
          ? { ...message, idempotent: { ...message.idempotent, windowMs: message.idempotent.windowMs * timeScale } }
          : message,
      ]),
    ),
  };
};
