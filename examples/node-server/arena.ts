// Game rooms: the domain on the stub that was generated from the contract, for whichever HTTP server has a place for it.
import { createServer, jwtVerifier } from 'wirepact/server';
import { bindArena } from '../../generated/channels/arena/server.ts';

interface World {
  readonly [name: string]: unknown;
}

const empty: World = {};

const arena = bindArena({
  state: {
    initial: empty,
    reduce: (world, message) => (message.type === 'DELTA_UPDATE' ? { ...world, ...message.changes } : world),
    snapshot: (world) => ({ type: 'STATE_SNAPSHOT', state: world }),
  },
  on: {
    CHAT: async ({ text }, { room, user }) => {
      await room.send({ type: 'CHAT', senderId: user.id, text });
    },
  },
});

const { JWT_SECRET = 'change-me', WIREPACT_TIME_SCALE = '1' } = process.env;
const findUser = (id: string, name: string) => (/^[1-9]\d?$/.test(id) ? { id, name } : null);

export const rooms = createServer({
  channels: [arena],
  verifier: jwtVerifier({ secret: JWT_SECRET, findUser }),
  timeScale: Number(WIREPACT_TIME_SCALE),
});
