// A server for the contract that `wirepact init` begins with: what is said reaches everybody in the room.
import { createServer } from 'wirepact/server';
import { bindRoom } from './generated/channels/room/server.js';

const { PORT = '8787', TIME_SCALE = '1' } = process.env;

const room = bindRoom({
  on: {
    say: async ({ text }, { room, user }) => {
      await room.send({ type: 'said', userId: user.id, text });
    },
  },
});

const server = createServer({
  channels: [room],
  // Who is let in: a list of names here, your sessions or tokens there.
  verifier: {
    verify: async (token) => {
      const name = /^token-of-([a-z]+)$/.exec(token)?.[1];
      return name === undefined ? { refused: 'invalid' } : { user: { id: name, name }, expiresAt: null };
    },
  },
  timeScale: Number(TIME_SCALE),
});
await server.listen({ port: Number(PORT), host: '127.0.0.1' });
process.once('SIGTERM', () => void server.close());
