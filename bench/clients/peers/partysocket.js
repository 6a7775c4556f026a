// partysocket's own reconnecting socket; it has no heartbeat, so nothing answers one.
import WebSocket from 'partysocket/ws';

export function open(onMessage) {
  const socket = new WebSocket('wss://server.test/');
  socket.addEventListener('message', ({ data }) => onMessage(JSON.parse(data)));
}

export const server = {
  hello: [],
  answer: () => [],
  frame: (message) => JSON.stringify(message),
};
