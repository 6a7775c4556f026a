// Sends back whatever it is sent.
import type { Behaviour } from './null-server.ts';

export const echo: Behaviour = (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
};
