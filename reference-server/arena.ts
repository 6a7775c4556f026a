// The domain of arena: a world that changes and scores that the server's own code sets.

import { bindArena } from '../generated/channels/arena/server.ts';

interface World {
  readonly changes: { readonly [name: string]: unknown };
  readonly scores: { readonly [player: string]: number };
}

const empty: World = { changes: {}, scores: {} };

export const arena = bindArena({
  state: {
    initial: empty,
    reduce: (world, message) => {
      if (message.type === 'DELTA_UPDATE') return { ...world, changes: { ...world.changes, ...message.changes } };
      if (message.type === 'SCORE_UPDATE') return { ...world, scores: { ...world.scores, ...message.scores } };
      return world;
    },
    snapshot: (world) => ({ type: 'STATE_SNAPSHOT', state: { ...world.changes, scores: world.scores } }),
  },
  on: {
    CHAT: async ({ text }, { room, user }) => {
      await room.send({ type: 'CHAT', senderId: user.id, text });
    },
  },
});
