// reconnecting-websocket against a server without a protocol of its own: it has no heartbeat, so nothing answers one.
import ReconnectingWebSocket from 'reconnecting-websocket';

export function open(onMessage) {
  const socket = new ReconnectingWebSocket('wss://server.test/');
  socket.addEventListener('message', ({ data }) => onMessage(JSON.parse(data)));
}

export const server = {
  hello: [],
  answer: () => [],
  frame: (message) => JSON.stringify(message),
};
