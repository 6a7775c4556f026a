// socket.io-client over its WebSocket transport, with the handshake and the pings of an engine.io server.
import { io } from 'socket.io-client';

export function open(onMessage) {
  const socket = io('https://server.test/', { transports: ['websocket'], forceNew: true });
  socket.on('message', onMessage);
}

let session = 0;

export const server = {
  get hello() {
    session += 1;
    return [
      `0${JSON.stringify({ sid: `s${session}`, upgrades: [], pingInterval: 25000, pingTimeout: 20000, maxPayload: 1e6 })}`,
    ];
  },
  ping: { text: '2', everyMs: 25_000 },
  answer: (text) => (text.startsWith('40') ? [`40${JSON.stringify({ sid: `c${session}` })}`] : []),
  frame: (message) => `42${JSON.stringify(['message', message])}`,
};
