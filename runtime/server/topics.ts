// Names of topics, streams and presence sets in the engine. Rooms and users are encoded, so that no name can be
// mistaken for another.

export const everyoneTopic = (channel: string): string => `${encodeURIComponent(channel)}/everyone`;

export const roomTopic = (channel: string, room: string): string =>
  `${encodeURIComponent(channel)}/room/${encodeURIComponent(room)}`;

export const userTopic = (channel: string, user: string): string =>
  `${encodeURIComponent(channel)}/user/${encodeURIComponent(user)}`;

/** The one room of a channel without rooms. */
export const CHANNEL_ROOM = '';

/** Name of a value or list of a channel's handlers. */
export const storeKey = (channel: string, key: string): string =>
  `${encodeURIComponent(channel)}/store/${encodeURIComponent(key)}`;
