// A bare WebSocket with JSON.parse: what the rate of inbound messages is compared with.
export function open(onMessage) {
  const socket = new WebSocket('wss://server.test/');
  socket.onmessage = ({ data }) => onMessage(JSON.parse(data));
}

export const server = {
  hello: [],
  answer: () => [],
  frame: (message) => JSON.stringify(message),
};
