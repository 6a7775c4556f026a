// Which kinds of messages a channel has, by what its contract says of them.
import type { DeliveryWord } from '../runtime/channel-types.ts';
import type { ChannelTable } from '../runtime/server/index.ts';

const types = (list: readonly (string | null | undefined)[]): ReadonlySet<string> =>
  new Set(list.filter((type): type is string => typeof type === 'string'));

/** Server messages with one of these delivery words, those aside that presence is told by. */
export const delivered = (table: ChannelTable, ...words: readonly DeliveryWord[]): ReadonlySet<string> => {
  const presence = presenceTypes(table);
  return types(
    Object.entries(table.server)
      .filter(([type, row]) => words.includes(row.delivery) && !presence.has(type))
      .map(([type]) => type),
  );
};

export const isDelivered =
  (...words: readonly DeliveryWord[]) =>
  (table: ChannelTable): boolean =>
    delivered(table, ...words).size > 0;

export const presenceTypes = (table: ChannelTable): ReadonlySet<string> =>
  types([table.room?.presence?.joined.type, table.room?.presence?.left.type]);

/** Answers to the client's pings. */
export const pongTypes = (table: ChannelTable): ReadonlySet<string> =>
  types(table.heartbeats.filter((beat) => beat.initiator === 'client').map((beat) => beat.pong));

export const clientPingTypes = (table: ChannelTable): ReadonlySet<string> =>
  types(table.heartbeats.filter((beat) => beat.initiator === 'client').map((beat) => beat.ping));

/** Replies to requests, pongs aside. */
export const replyTypes = (table: ChannelTable): ReadonlySet<string> => {
  const pongs = pongTypes(table);
  return types(
    Object.values(table.client)
      .flatMap((row) => row.reply?.types ?? [])
      .filter((type) => !pongs.has(type) && type !== table.error?.type),
  );
};

export const sequencedTypes = (table: ChannelTable): ReadonlySet<string> => types(table.resync?.messages ?? []);

export const hasRooms = (table: ChannelTable): boolean => table.room?.scope === 'room';

export const hasResync = (table: ChannelTable): boolean => table.resync !== null;

export const serverBeats = (table: ChannelTable) => table.heartbeats.filter((beat) => beat.initiator === 'server');
