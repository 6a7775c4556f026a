// Names of topics, streams and presence sets in the engine. Rooms and users are encoded, so that no name can be
// mistaken for another.

export const everyoneTopic = (channel: string): string => `${encodeURIComponent(channel)}/everyone`;

export const roomTopic = (channel: string, room: string): string =>
  `${encodeURIComponent(channel)}/room/${encodeURIComponent(room)}`;

/** The room of a topic, where it is one of that channel; null: it is none. */
export const roomOfTopic = (channel: string, topic: string): string | null => {
  const start = roomTopic(channel, '');
  return topic.startsWith(start) ? decodeURIComponent(topic.slice(start.length)) : null;
};

export const userTopic = (channel: string, user: string): string =>
  `${encodeURIComponent(channel)}/user/${encodeURIComponent(user)}`;

/** The one room of a channel without rooms. */
export const CHANNEL_ROOM = '';

/** Name of a value or list of a channel's handlers. */
export const storeKey = (channel: string, key: string): string =>
  `${encodeURIComponent(channel)}/store/${encodeURIComponent(key)}`;
