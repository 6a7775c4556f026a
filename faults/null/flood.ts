// Sends something all the time, whatever it is sent.
import type { Behaviour } from './null-server.ts';

const EVERY_MS = 20;

export const flood: Behaviour = (socket) => {
  let count = 0;
  const timer = setInterval(() => {
    count += 1;
    socket.send(JSON.stringify({ type: 'tick', count }));
  }, EVERY_MS);
  socket.on('close', () => clearInterval(timer));
};
